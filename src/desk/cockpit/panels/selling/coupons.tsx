import type { CouponHere } from "../../../../words/answers/coupons.ts";
import { useSpeech } from "../../language/language.ts";
import { type SellingWord, useSellingWords } from "../../language/selling-words.ts";
import { useSelling } from "../../state/selling.ts";
import { useCockpit } from "../../state/state.ts";

const rowsMost = 200;

/** Campaigns with what head office lent this store of them, what was redeemed here, and what is left. */
export function Coupons() {
	const words = useSellingWords();
	const coupons = useSelling((all) => all.coupons);
	const failed = useSelling((all) => all.failed);
	const now = useCockpit((all) => all.now);
	const sorted = (coupons ?? []).toSorted((a, b) => Number(wordOf(a, now) !== "runs") - Number(wordOf(b, now) !== "runs"));
	return (
		<section class="panel part" aria-labelledby="coupons-title">
			<header>
				<h2 id="coupons-title">{words("coupons")}</h2>
			</header>
			<p class="hint">{words("couponsHelp")}</p>
			{coupons === null && <p class="empty">{words(failed ? "notLoaded" : "loading")}</p>}
			{coupons?.length === 0 && <p class="empty">{words("noCoupons")}</p>}
			<ul class="rows">
				{sorted.slice(0, rowsMost).map((coupon) => (
					<CouponRow key={coupon.id} coupon={coupon} now={now} />
				))}
			</ul>
		</section>
	);
}

function wordOf({ from, until, endedAt }: CouponHere, now: number): SellingWord & ("waits" | "runs" | "over" | "ended") {
	if (endedAt !== undefined) return "ended";
	if (Date.parse(until) <= now) return "over";
	return Date.parse(from) > now ? "waits" : "runs";
}

function CouponRow({ coupon, now }: { coupon: CouponHere; now: number }) {
	const words = useSellingWords();
	const { f } = useSpeech();
	const { id, name, code, until, endedAt, lent, used, left, leases } = coupon;
	const state = wordOf(coupon, now);
	const next = leases.find(({ isClosed }) => !isClosed);
	return (
		<li class="stacked">
			<span class="head">
				<span class={`pill ${state === "runs" ? "well" : ""}`}>{words(state)}</span>
				<span class="what">
					{name ?? id}
					<small>
						<span class="code">{code}</span> · {words("leaseUntil", f.day(endedAt ?? until))}
					</small>
				</span>
				<span class="side">
					<b>{words("couponLeft", f.number(left))}</b>
				</span>
			</span>
			<span class="share" aria-hidden="true">
				<i style={{ width: `${lent === 0 ? 0 : Math.min(100, (100 * used) / lent)}%` }} />
			</span>
			<small class="quiet">
				{words("couponUsed", f.number(used))} · {words("couponLent", f.number(lent))}
				{left > 0 && next && ` · ${words("leaseUntil", f.day(next.expiresAt))}`}
			</small>
		</li>
	);
}

/** The worth of a point, and points lent for visits that are not paid yet. */
export function Points() {
	const words = useSellingWords();
	const { f } = useSpeech();
	const points = useSelling((all) => all.points);
	const failed = useSelling((all) => all.failed);
	return (
		<section class="panel part" aria-labelledby="points-title">
			<header>
				<h2 id="points-title">{words("points")}</h2>
			</header>
			{points === null && <p class="empty">{words(failed ? "notLoaded" : "loading")}</p>}
			{points?.rules.length === 0 && <p class="empty">{words("noRule")}</p>}
			<ul class="rows">
				{(points?.rules ?? []).map(({ id, currency, minorPerPoint, pointMinor, from }) => (
					<li key={id}>
						<span class="wrapped">{words("rule", f.money(minorPerPoint, currency), f.money(pointMinor, currency), f.day(from))}</span>
					</li>
				))}
			</ul>
			{points && points.rules.length > 0 && (
				<p class="quiet">
					{words("pointsLent", f.number(points.leases.lent), f.number(points.leases.members))} ·{" "}
					{words("pointsLeft", f.number(points.leases.used), f.number(points.leases.left))}
				</p>
			)}
		</section>
	);
}
