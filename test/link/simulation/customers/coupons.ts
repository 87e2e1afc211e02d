/** Campaigns, and customers who show a coupon: once, again, at another till, in another store. */
import type { Coupon } from "../../../../src/words/tills/coupon.ts";
import type { Box } from "../box.ts";
import type { CouponNote } from "./notes.ts";
import { inStore, isoIn, type Stage } from "./stage.ts";

/** What every coupon of these runs takes off. */
export const couponMinor = 30;

export function makeCoupon({ world, office, errands, notes, nextId }: Stage): void {
	const id = nextId("coupon");
	const note: CouponNote = { total: world.between(2, 8), accepted: new Map(), isEnded: false, serials: new Set() };
	const coupon: Coupon = {
		...{ id, code: id, what: "amount", amountMinor: couponMinor, currency: "EUR", total: note.total },
		from: isoIn(world, -60_000),
		until: isoIn(world, world.pick([15, 24 * 60]) * 60_000),
	};
	notes.coupons.set(id, note);
	errands.run({
		id,
		can: office.isOn,
		ask: () => office.ask((hq) => hq.makeCoupon(coupon, "user:pia")),
		told: () => world.saw("a campaign was made"),
		refused: () => false,
	});
}

/** A campaign that turns out wrong: head office ends it, while stores may be out of its reach. */
export function endCampaign({ world, office, errands, notes, nextId }: Stage): void {
	const running = [...notes.coupons].filter(([, { isEnded }]) => !isEnded);
	if (running.length === 0) return;
	const [id, note] = world.pick(running);
	errands.run({
		id: nextId("end"),
		can: office.isOn,
		ask: () => office.ask((hq) => hq.endCoupon(id, "user:pia")),
		told() {
			note.isEnded = true;
			world.saw("a campaign was ended early");
		},
		// Its time is over by itself, or it is not made yet: then somebody asks again.
		refused: (code) => code === "coupon-over",
	});
}

/** Whether the store has heard that the campaign was ended. Its customers have no money off for it from then on. */
export const knowsEnd = (box: Box, code: string): boolean => box.isOn() && box.vault.book().coupons.endOf(code) !== undefined;

type Answer = { accepted: true; worth: number } | { accepted: false; code: string };

export function redeem(stage: Stage, box: Box): void {
	const { world, notes, nextId, broke } = stage;
	const [code, note] = world.pick([...notes.coupons, ["coupon-of-nobody", undefined]] as [string, CouponNote | undefined][]);
	const id = nextId("redemption");
	const till = world.pick(["till-1", "till-2"]);
	const isKnownEnded = knowsEnd(box, code);
	inStore<Answer>(
		stage,
		box,
		"redeemCoupon",
		{ id, code, till, amountMinor: 500 },
		{
			id,
			told(answer) {
				if (!answer.accepted) return world.saw(`coupon refused: ${answer.code}`);
				world.saw("coupon accepted");
				if (isKnownEnded) broke(`ended: ${box.store} took ${code}, and had heard that head office ended it`);
				if (!note) return broke(`coupon: ${code} was taken, and nobody made it`);
				if (answer.worth !== couponMinor) broke(`coupon: ${id} took ${answer.worth} off, and the paper says ${couponMinor}`);
				takeNote(stage, box.store, code, note, id);
				if (world.chance(0.2)) giveBack(stage, box, note, id);
				// The till shows the same redemption again, with another coupon's paper: never twice, and never another one.
				else if (world.chance(0.2)) otherPaper(stage, box, id);
			},
		},
	);
}

export function takeNote({ broke }: Stage, store: string, code: string, note: CouponNote, redemption: string): void {
	note.accepted.set(redemption, store);
	if (note.accepted.size > note.total) broke(`coupon: ${code} was redeemed ${note.accepted.size} times, of ${note.total}`);
}

/** From here on the redemption may be somebody else's, whenever the answer comes. */
function giveBack(stage: Stage, box: Box, note: CouponNote, id: string): void {
	note.accepted.delete(id);
	inStore(stage, box, "voidRedemption", { id }, { id: stage.nextId("void"), told: () => stage.world.saw("coupon given back") });
}

function otherPaper(stage: Stage, box: Box, id: string): void {
	inStore<Answer>(
		stage,
		box,
		"redeemCoupon",
		{ id, code: "another paper", till: "till-1" },
		{
			id: stage.nextId("paper"),
			told: () => stage.broke(`coupon: redemption ${id} was another paper's, and was taken for it`),
		},
	);
}
