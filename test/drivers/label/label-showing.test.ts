import { describe, expect, it } from "vitest";
import {
	newShowing,
	nextLookMs,
	type Showing,
	type ShowingEffect,
	type ShowingEvent,
	stepShowing,
} from "../../../drivers/label/oepl/showing.ts";
import { type Picture, showingLimits } from "../../../drivers/label/oepl/showing-limits.ts";

const old: Picture = { version: "00000000000000A1", dataType: 0x21, bytesLength: 9472 };
const fresh: Picture = { version: "00000000000000B2", dataType: 0x21, bytesLength: 9472 };
const checkIn = (wakeup = 0, accessPoint = "ap-1"): ShowingEvent => ({ type: "check-in", accessPoint, wakeup });

function inWords(effect: ShowingEffect): string {
	if (effect.effect === "offer") return `offer ${effect.picture.version.slice(-2)}`;
	return effect.effect === "cancel" ? "cancel" : effect.report.type;
}

/** Plays a label's life and writes down what it makes us do. */
function play(life: [atMs: number, event: ShowingEvent][], from: Showing = newShowing(0)): { state: Showing; said: string[] } {
	const said: string[] = [];
	let state = from;
	for (const [atMs, event] of life) {
		const stepped = stepShowing(state, event, atMs, showingLimits);
		state = stepped.state;
		said.push(...stepped.effects.map(inWords));
	}
	return { state, said };
}

const wanted = (picture: Picture, shownVersion?: string): ShowingEvent =>
	shownVersion === undefined ? { type: "want", picture } : { type: "want", picture, shownVersion };
const upToDownloaded: [number, ShowingEvent][] = [
	[0, wanted(old)],
	[0, { type: "turn" }],
	[100, { type: "fetched", version: old.version, accessPoint: "ap-1" }],
	[40_000, checkIn()],
	[41_000, { type: "complete", accessPoint: "ap-1" }],
];
const upToShown: [number, ShowingEvent][] = [...upToDownloaded, [82_000, checkIn()]];

describe("a label's new picture", () => {
	it("counts as shown only when the label checks in after it was drawn", () => {
		const downloaded = play(upToDownloaded);
		expect(downloaded.state.standing.is).toBe("downloaded");
		expect(downloaded.said).toEqual(["offer A1", "offered", "downloaded"]);

		const tooSoon = play([[41_200, checkIn()]], downloaded.state);
		expect(tooSoon.state.standing.is).toBe("downloaded");

		const shown = play([[82_000, { type: "check-in", accessPoint: "ap-1" }]], downloaded.state);
		expect(shown.state.standing.is).toBe("shown");
		expect(shown.said).toEqual(["shown"]);
	});

	it("is not shown when that check-in tells of a reboot, and is sent again", () => {
		const { state, said } = play([...upToDownloaded, [82_000, checkIn(0xfe)], [90_000, { type: "turn" }]]);
		expect(said.slice(-3)).toEqual(["redraw", "offer A1", "offered"]);
		expect(state.standing).toMatchObject({ is: "offered", attempt: 2 });
	});

	it("is sent again when the label reboots long after", () => {
		const { said } = play([...upToShown, [9_000_000, checkIn(0xfc)], [9_000_000, { type: "turn" }]]);
		expect(said.slice(-3)).toEqual(["redraw", "offer A1", "offered"]);
	});

	it("is not sent when the label already shows it, even after a restart of the gateway", () => {
		expect(play([...upToShown, [100_000, wanted(old)], [100_000, { type: "turn" }]]).said).toEqual(play(upToShown).said);
		const restarted = play([
			[0, wanted(old, old.version)],
			[0, { type: "turn" }],
		]);
		expect(restarted.said).toEqual([]);
		expect(restarted.state.standing.is).toBe("shown");
	});

	it("is offered again when nobody fetched it, when the access point gave up, and for ever", () => {
		let { state } = play([
			[0, wanted(old)],
			[0, { type: "turn" }],
		]);
		const waits: number[] = [];
		for (let now = 0, round = 0; round < 8; round++) {
			now = nextLookMs({ ...state, silent: true }, showingLimits)!;
			({ state } = play([[now, { type: "clock" }]], { ...state, silent: true }));
			expect(state.standing.is).toBe("waiting");
			waits.push(nextLookMs(state, showingLimits)! - now);
			now = nextLookMs(state, showingLimits)!;
			({ state } = play([[now, { type: "turn" }]], state));
		}
		expect(waits).toEqual([2_000, 15_000, 60_000, 300_000, 600_000, 600_000, 600_000, 600_000]);
		const gaveUp = play([...upToDownloaded.slice(0, 3), [30_000, { type: "gave-up" }]]);
		expect(gaveUp.state.standing).toMatchObject({ is: "waiting", attempt: 2 });
	});

	it("is offered again when the label came and went without it", () => {
		const { state, said } = play([...upToDownloaded.slice(0, 4), [130_001, { type: "clock" }]]);
		expect(state.standing).toMatchObject({ is: "waiting", attempt: 2 });
		expect(said.at(-1)).toBe("gave-up");
	});

	it("is offered to the access point that hears the label now", () => {
		const { said } = play([...upToDownloaded.slice(0, 4), [50_000, checkIn(0, "ap-2")], [50_000, { type: "turn" }]]);
		expect(said).toEqual(["offer A1", "offered", "offer A1", "offered"]);
	});
});

describe("a price that changes while the old one is on its way", () => {
	it("cancels the old picture, and does not take its completion for the new one's", () => {
		const { state, said } = play([
			...upToDownloaded.slice(0, 3),
			[1_000, wanted(fresh)],
			[1_000, { type: "turn" }],
			[1_100, { type: "fetched", version: fresh.version, accessPoint: "ap-1" }],
			[41_000, { type: "complete", accessPoint: "ap-1" }],
		]);
		expect(said).toEqual(["offer A1", "offered", "cancel", "offer B2", "offered", "offer B2", "offered"]);
		expect(state.standing.is).toBe("offered");
		expect(play([[42_000, { type: "complete", accessPoint: "ap-1" }]], state).state.standing).toMatchObject({
			is: "downloaded",
			picture: fresh,
		});
	});

	it("does not forget the old offer over a second attempt", () => {
		const { state } = play([
			...upToDownloaded.slice(0, 3),
			[1_000, wanted(fresh)],
			[1_000, { type: "turn" }],
			[12_000, { type: "clock" }],
			[15_000, { type: "turn" }],
			[41_000, { type: "complete", accessPoint: "ap-1" }],
		]);
		expect(state.standing.is).toBe("offered");
	});

	it("needs no care once the access point has dropped everything", () => {
		const { state } = play([
			...upToDownloaded.slice(0, 3),
			[1_000, wanted(fresh)],
			[2_000, { type: "gave-up" }],
			[3_000, { type: "turn" }],
			[3_100, { type: "fetched", version: fresh.version, accessPoint: "ap-1" }],
			[41_000, { type: "complete", accessPoint: "ap-1" }],
		]);
		expect(state.standing).toMatchObject({ is: "downloaded", picture: fresh });
	});
});

describe("a label nobody hears", () => {
	it("is said to be out of contact once, and its return is told", () => {
		const silentAt = 82_000 + showingLimits.silentAfterMs;
		const looks = [silentAt - 1, silentAt, silentAt + 9].map((atMs): [number, ShowingEvent] => [atMs, { type: "clock" }]);
		const { said } = play([...upToShown, ...looks, [silentAt + 10, checkIn()]]);
		expect(said.filter((word) => word === "out-of-contact").length).toBe(1);
		expect(said.slice(-2)).toEqual(["out-of-contact", "back"]);
	});

	it("is not shown on the word of an access point that did not fetch it (case L1)", () => {
		const offered = play([
			[0, wanted(old)],
			[0, { type: "turn" }],
			[40_000, checkIn()],
		]);
		const nobodyFetched = play(
			[
				[41_000, { type: "complete", accessPoint: "ap-1" }],
				[82_000, checkIn()],
			],
			offered.state,
		);
		expect(nobodyFetched.said).toEqual(["unproved-completion"]);
		expect(nobodyFetched.state.standing.is).toBe("offered");

		const another = play(
			[
				[100, { type: "fetched", version: old.version, accessPoint: "ap-1" }],
				[41_000, { type: "complete", accessPoint: "ap-2" }],
				[82_000, checkIn()],
			],
			offered.state,
		);
		expect(another.said).toEqual(["unproved-completion"]);
		expect(another.state.standing.is).toBe("offered");
	});

	it("is sent again when somebody else's picture was drawn over it (case L2)", () => {
		const shown = play(upToShown);
		const foreign = play([[500_000, { type: "complete", accessPoint: "ap-1" }]], shown.state);
		expect(foreign.said).toEqual(["foreign-picture"]);
		expect(foreign.state.standing).toMatchObject({ is: "waiting", picture: old });
		const again = play(
			[
				[500_000, { type: "turn" }],
				[500_100, { type: "fetched", version: old.version, accessPoint: "ap-1" }],
				[540_000, { type: "complete", accessPoint: "ap-1" }],
				[580_000, checkIn()],
			],
			foreign.state,
		);
		expect(again.said).toEqual(["offer A1", "offered", "downloaded", "shown"]);
	});

	it("takes the repetition of a completion for what it is", () => {
		const { state, said } = play([[41_900, { type: "complete", accessPoint: "ap-1" }]], play(upToDownloaded).state);
		expect(said).toEqual([]);
		expect(state.standing.is).toBe("downloaded");
	});

	it("after a restart, redraws on a completion of the earlier run without calling it foreign", () => {
		const { said } = play([
			[0, wanted(old, old.version)],
			[5_000, { type: "complete", accessPoint: "ap-1" }],
		]);
		expect(said).toEqual(["redraw"]);
	});

	it("is drawn anew for a label that says it is of another model (case L2)", () => {
		const of = (hwType: number): ShowingEvent => ({ type: "check-in", accessPoint: "ap-1", hwType });
		const { state, said } = play([...upToShown, [100_000, of(0x01)], [140_000, of(0x01)], [180_000, of(0x34)]]);
		expect(said.at(-1)).toBe("model-changed");
		expect(state.standing.is).toBe("idle");
	});

	it("is offered at once when its access point comes back after 25 minutes (case L9)", () => {
		const away: [number, ShowingEvent][] = [
			[0, checkIn()],
			[10_000, wanted(old)],
			[10_000, { type: "turn" }],
		];
		for (let at = 20_000; at < 1_500_000; at += 1_000) away.push([at, { type: "clock" }], [at, { type: "turn" }]);
		const gone = play(away);
		const notBefore = (state: Showing): number => (state.standing.is === "waiting" ? state.standing.notBeforeMs : 0);
		const back = play([[1_500_000, checkIn()]], gone.state);
		expect(notBefore(back.state)).toBeLessThanOrEqual(1_500_000);
	});
});
