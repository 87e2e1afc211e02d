import { useState } from "preact/hooks";
import type { CouponAtHq } from "../../../../../words/answers/head-office/coupons.ts";
import { useSpeech } from "../../language/language.ts";
import { usePolled } from "../../state/polled.ts";
import { addressOf, api, useOffice } from "../../state/state.ts";
import { Bar } from "../stores.tsx";

const perStep = 100;
const couponsMost = 500;

/** Campaigns by id: what was redeemed, what may have been at most, and what is free. */
export function Coupons() {
	const { say } = useSpeech();
	const [many, setMany] = useState(perStep);
	const { value, problem } = usePolled(() => api.coupons(many), 5_000, String(many));
	return (
		<section class="panel coupons" aria-labelledby="coupons-title">
			<header>
				<h2 id="coupons-title">{say("coupons")}</h2>
			</header>
			<p class="quiet">{say("couponsHelp")}</p>
			{problem !== "" && <p class="refused">{problem}</p>}
			{value === undefined && problem === "" && <p class="empty">{say("opening")}</p>}
			{value?.items.length === 0 && <p class="empty">{say("noCoupon")}</p>}
			<ul class="lines">
				{(value?.items ?? []).map((coupon) => (
					<li key={coupon.id} class="stacked">
						<CouponLine coupon={coupon} />
					</li>
				))}
			</ul>
			{value?.next !== undefined && many < couponsMost && (
				<button type="button" class="ghost" onClick={() => setMany(many + perStep)}>
					{say("more")}
				</button>
			)}
		</section>
	);
}

function CouponLine({ coupon }: { coupon: CouponAtHq }) {
	return (
		<>
			<a class="push" href={addressOf("coupons", coupon.id)}>
				<CouponState coupon={coupon} />
				<span class="what">
					<b>{coupon.name ?? coupon.id}</b>
					<CouponWorth coupon={coupon} />
				</span>
			</a>
			<CouponFigures coupon={coupon} />
		</>
	);
}

/** Whether the campaign waits, runs or is over, by the browser's clock; or was ended early. */
export function CouponState({ coupon: { from, until, endedAt } }: { coupon: CouponAtHq }) {
	const { say } = useSpeech();
	const now = useOffice((all) => all.now);
	if (endedAt !== undefined) return <span class="state withdrawn">{say("couponEnded")}</span>;
	if (Date.parse(until) <= now) return <span class="state done">{say("couponOver")}</span>;
	if (Date.parse(from) > now) return <span class="state sending">{say("couponWaits")}</span>;
	return <span class="state active">{say("couponRuns")}</span>;
}

export function CouponWorth({ coupon }: { coupon: CouponAtHq }) {
	const { say, f } = useSpeech();
	const { what, amountMinor, currency, skus = [], from, until } = coupon;
	const amount = currency === undefined ? say("inMinorUnits", f.number(amountMinor)) : f.money(amountMinor, currency);
	const goods = skus.slice(0, 3).join(", ") + (skus.length > 3 ? ", …" : "");
	const worth = what === "amount" ? say("offTotal", amount) : say(what === "articles" ? "offEach" : "oneFor", amount, goods);
	return (
		<small>
			{worth} · {say("couponCode", coupon.code)} · {say("couponSpan", f.day(from), f.day(until))}
		</small>
	);
}

/** Dark: redeemed. Light: lent and possibly used. The rest is free. */
export function CouponFigures({ coupon: { redeemed, bound, free, total } }: { coupon: CouponAtHq }) {
	const { say, f } = useSpeech();
	return (
		<p class="shown-share">
			<Bar part={redeemed} apart={Math.max(0, bound - redeemed)} whole={total} />
			<span>
				{say("redeemedOf", f.number(redeemed), f.number(total))} · {say("boundOf", f.number(bound))} · {say("freeToLend", f.number(free))}
			</span>
		</p>
	);
}
