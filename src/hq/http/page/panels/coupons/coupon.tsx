import type { CouponAtHq, Lent } from "../../../../../words/answers/head-office/coupons.ts";
import { useSpeech } from "../../language/language.ts";
import { usePolled } from "../../state/polled.ts";
import { addressOf, api, useMay, useOffice } from "../../state/state.ts";
import { AskedAct } from "../parts/asked-act.tsx";
import { personOf } from "../pushes.tsx";
import { CouponFigures, CouponState, CouponWorth } from "./coupons.tsx";

const leasesMost = 500;

/** One campaign, and what each store was lent of it. */
export function CouponPanel({ id }: { id: string }) {
	const { say } = useSpeech();
	const { value: coupon, problem, again } = usePolled(() => api.coupon(id), 5_000, id);
	const open = (coupon?.leases ?? []).toSorted((a, b) => Number(a.closedAt !== null) - Number(b.closedAt !== null));
	return (
		<>
			<section class="panel" aria-labelledby="coupon-title">
				<header>
					<a class="back" href={addressOf("coupons")}>
						← {say("coupons")}
					</a>
					<h2 id="coupon-title">{coupon?.name ?? id}</h2>
					{coupon && <CouponState coupon={coupon} />}
					{coupon && coupon.endedAt === undefined && <EndButton coupon={coupon} again={again} />}
				</header>
				{problem !== "" && <p class="refused">{problem}</p>}
				{coupon === undefined && problem === "" && <p class="empty">{say("opening")}</p>}
				{coupon && <CouponWorth coupon={coupon} />}
				{coupon && <CouponFigures coupon={coupon} />}
				{coupon?.endedAt !== undefined && <Ended coupon={coupon} endedAt={coupon.endedAt} />}
			</section>
			{coupon && (
				<section class="panel leases" aria-labelledby="leases-title">
					<header>
						<h2 id="leases-title">{say("lentToStores")}</h2>
					</header>
					{open.length === 0 && <p class="empty">{say("nothingLent")}</p>}
					<ul class="lines">
						{open.slice(0, leasesMost).map((lease) => (
							<LeaseLine key={lease.id} lease={lease} />
						))}
					</ul>
				</section>
			)}
		</>
	);
}

/** Ends the campaign before its time. Its coupons count no more in a store from the moment that store has heard. */
function EndButton({ coupon: { id, name, until }, again }: { coupon: CouponAtHq; again(): void }) {
	const { say } = useSpeech();
	const may = useMay("coupons.write");
	const now = useOffice((all) => all.now);
	if (!may || Date.parse(until) <= now) return null;
	return <AskedAct act={say("endCoupon")} question={say("sureEndCoupon", name ?? id)} send={() => api.endCoupon(id)} again={again} />;
}

/** By whom and when it was ended, what was redeemed after it, and what stores that have not reported may still redeem. */
function Ended({ coupon: { endedBy, redeemedAfterEnd = 0, openLeases }, endedAt }: { coupon: CouponAtHq; endedAt: string }) {
	const { say, f } = useSpeech();
	return (
		<p class="of-order">
			{say("couponEndedAt", f.day(endedAt), personOf(endedBy ?? ""))} · {say("redeemedAfterEnd", f.number(redeemedAfterEnd))}
			{openLeases > 0 && (
				<span class="bad">
					{" · "}
					{say("mayStillRedeem", f.number(openLeases))}
				</span>
			)}
		</p>
	);
}

function LeaseLine({ lease: { store, quantity, live, expiresAt, closedAt } }: { lease: Lent }) {
	const { say, f } = useSpeech();
	const now = useOffice((all) => all.now);
	const isLate = closedAt === null && Date.parse(expiresAt) <= now;
	const until =
		closedAt === null ? say(isLate ? "leaseUnreported" : "leaseUntil", f.day(expiresAt)) : say("leaseReturned", f.day(closedAt));
	return (
		<li>
			<a href={addressOf("stores", store)}>{store}</a>
			<span class="reason">{say("leaseUsed", f.number(live), f.number(quantity))}</span>
			<span class={isLate ? "bad" : "quiet"}>{until}</span>
		</li>
	);
}
