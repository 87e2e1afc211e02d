import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Box, openBox } from "../box.ts";
import { openBroker, profiles } from "../broker.ts";
import { realVault } from "../store/vault.ts";
import { openWorld } from "../time.ts";
import { fillBasket } from "./baskets.ts";
import { endCampaign, makeCoupon, redeem } from "./coupons.ts";
import { openErrands } from "./errands.ts";
import { faults, healAll } from "./faults-among-customers.ts";
import { openFeedReader } from "./feed-reader.ts";
import { isEqual, judge } from "./judge.ts";
import { openNotes } from "./notes.ts";
import { openRealOffice } from "./office.ts";
import { atCounter, lookAtOrder, orderAtOnce, pickAtStore, placeOrder } from "./orders.ts";
import { bringBack, lookThrough } from "./returns.ts";
import { isoIn, type Stage, skus } from "./stage.ts";
import { askGrant, buyAtTill, deliver, throwAway } from "./trade.ts";
import { callOff, drive, plan } from "./transfers.ts";

export interface CustomersReceived {
	seed: number;
	profile: string;
	faults: string[];
	/** Broken promises; each begins with its name. */
	broken: string[];
	/** Virtual milliseconds from the network's healing until all were equal. */
	healedMs: number;
	messages: number;
	facts: number;
	seen: Map<string, number>;
}

export interface CustomersWishes {
	say?: (line: string) => void;
	/** Ends at the first broken promise instead of looking for more. */
	impatient?: boolean;
}

const healsWithinMs = 15 * 60_000;
const ramDisk = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
/** Pieces of each article in each store at the opening, and how many of them the store lends at once. */
const [atFirst, lentAtFirst] = [14, 6];

/** One seed: customers, clerks and tills in a few stores, head office on its real database, from the opening to the judgement. */
export async function playCustomers(seed: number, { say, impatient = false }: CustomersWishes = {}): Promise<CustomersReceived> {
	const world = openWorld(seed, say);
	const names = Object.keys(profiles);
	const profile = names[seed % names.length]!;
	const broken: string[] = [];
	const broke = (sentence: string): void => {
		world.trace("BROKEN", sentence);
		if (!broken.includes(sentence)) broken.push(sentence);
	};
	const broker = openBroker(world, profiles[profile]!(world));
	const office = await openRealOffice(world, broker);
	const root = mkdtempSync(join(ramDisk, "gondola-customers-"));
	const committed = (): void => {};
	const boxes: Box[] = Array.from({ length: world.pick([2, 2, 3]) }, (_, index) => {
		const store = `s${index + 1}`;
		const vault = realVault({ store, inc: 1, epoch: "" }, root);
		return openBox({ world, broker, store, vault, broke, newer: false, watched: false, labels: [], committed });
	});
	let n = 0;
	const stage: Stage = {
		...{ world, office, boxes, broke, notes: openNotes(), errands: openErrands(world) },
		nextId: (what) => `${what}-${++n}`,
	};
	const feed = openFeedReader(office);
	const happened: string[] = [];
	world.saw(`broker: ${profile}`);

	const acts: [number, (box: Box) => void][] = [
		[8, ({ store }) => placeOrder(stage, store)],
		[2, ({ store }) => orderAtOnce(stage, store)],
		[3, () => lookAtOrder(stage)],
		[34, (box) => pickAtStore(stage, box)],
		[9, (box) => atCounter(stage, box)],
		[7, (box) => buyAtTill(stage, box)],
		[2, ({ store }) => deliver(stage, store)],
		[1, (box) => throwAway(stage, box)],
		[2, ({ store }) => askGrant(stage, store)],
		[1, () => feed.read()],
		[0.7, () => makeCoupon(stage)],
		[4, (box) => redeem(stage, box)],
		// In every third run: so the others play on as before, and stay comparable.
		[seed % 3 === 0 ? 1.6 : 0, () => endCampaign(stage)],
		[3, (box) => fillBasket(stage, box)],
		[5, (box) => bringBack(stage, box)],
		[1, (box) => lookThrough(stage, box)],
		[1.2, () => plan(stage)],
		[0.3, () => callOff(stage)],
		[4, (box) => drive(stage, box)],
	];
	const weights = acts.reduce((sum, [weight]) => sum + weight, 0);
	function anybody(box: Box): void {
		let left = world.dice() * weights;
		for (const [weight, act] of acts) if ((left -= weight) < 0) return act(box);
	}

	/** What the store's own clock does: deadlines end orders. */
	function tick(box: Box): void {
		if (box.isOn()) for (const flow of ["tendOrderClocks", "closeCouponLeases", "closeReturnLeases"]) box.ask(flow, {}).catch(() => {});
		world.after(world.between(20_000, 60_000), () => tick(box));
	}

	async function openShop(): Promise<void> {
		for (const { store } of boxes) await office.raw.enroll(store);
		await office.raw.acceptPush({
			...{ id: "first", stores: "all", rejected: [], by: { kind: "user", name: "pia" } },
			changes: skus.map((sku) => ({ sku, amountMinor: 100, currency: "EUR", kind: "regular", article: { name: sku } })),
		});
		for (const { store } of boxes)
			for (const sku of skus) {
				const movement = { id: `first-${store}-${sku}`, sku, quantity: atFirst, reason: "receive", occurredAt: isoIn(world, -3_600_000) };
				await office.raw.moveStock(store, movement as never);
				stage.notes.shelve(store, sku, atFirst);
				if (sku !== "wine") await office.raw.askGrant(store, { id: `first-${store}-${sku}`, sku, wanted: lentAtFirst });
			}
		office.start();
		for (const box of boxes) {
			box.switchOn();
			tick(box);
		}
		await world.run(60_000, () => boxes.every((box) => box.end().status().state === "talking"));
		makeCoupon(stage);
		await world.run(2_000);
	}

	async function evilHours(): Promise<void> {
		for (let step = world.between(14, 24); step > 0; step--) {
			const box = world.pick(boxes);
			for (let times = world.between(2, 7); times > 0; times--) anybody(world.chance(0.6) ? box : world.pick(boxes));
			if (world.chance(0.16)) {
				const name = world.pick(Object.keys(faults));
				world.trace(box.store, `fault: ${name}`);
				world.saw(`fault: ${name}`);
				happened.push(name);
				faults[name]!({ world, broker, office, boxes }, box);
			}
			if (impatient && broken.length > 0) return;
			if (world.chance(0.25)) stage.errands.again();
			// Half the time the next thing happens while disks and messages are still busy with this one.
			await world.run(world.chance(0.5) ? world.between(1, 400) : world.between(1, world.chance(0.1) ? 300_000 : 15_000));
		}
	}

	/** Everybody gets an answer, and the lines come to rest. */
	async function quiet(): Promise<boolean> {
		const endMs = world.nowMs() + healsWithinMs;
		while (world.nowMs() < endMs) {
			stage.errands.again();
			await world.run(15_000);
			if (stage.errands.waiting() > 0) continue;
			const equal = [];
			for (const box of boxes) equal.push(await isEqual(stage, box));
			if (equal.every(Boolean)) return true;
		}
		return false;
	}

	let healedMs = 0;
	try {
		await openShop();
		await evilHours();
		if (!(impatient && broken.length > 0)) {
			await world.run(broker.downMs());
			healAll({ world, broker, office, boxes });
			const healedAtMs = world.nowMs();
			if (await quiet()) (await judge(stage, feed)).forEach(broke);
			else broke(`stuck: ${healsWithinMs / 60_000} min after the lines healed ${stage.errands.waiting()} people wait, or the ends differ`);
			healedMs = world.nowMs() - healedAtMs;
		}
	} finally {
		for (const box of boxes) {
			box.switchOff();
			box.vault.close();
		}
		office.stop();
		rmSync(root, { recursive: true, force: true });
	}
	return {
		seed,
		profile,
		faults: happened,
		broken,
		healedMs,
		messages: broker.counts.messages,
		facts: feed.heard.length,
		seen: world.seen,
	};
}
