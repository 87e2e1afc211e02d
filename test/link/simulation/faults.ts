import type { Price } from "../../../src/words/prices/price.ts";
import type { Box } from "./box.ts";
import { type Broker, fair, profiles } from "./broker.ts";
import { type HeadOffice, officeClientId } from "./office/head-office.ts";
import { type Office, recordsOf } from "./office/office-model.ts";
import { termsOf } from "./promises.ts";
import type { Damage } from "./store/book-damage.ts";
import type { Vault } from "./store/vault.ts";
import type { Story } from "./story.ts";
import type { World } from "./time.ts";

const minute = 60_000;
const day = 86_400_000;

export interface Troubled {
	world: World;
	broker: Broker;
	office: Office;
	headOffice: HeadOffice;
	boxes: Box[];
	story: Story;
	/** Stores whose box forgot something. */
	forgot: Map<string, "opened an epoch" | "copied back" | "two boxes" | "swapped" | "rebuilt">;
	/** The prices of each store when HQ came back from a backup. */
	heard: Map<string, readonly Price[]>;
	/** Those of them that the backup did not have. */
	lost: Map<string, readonly Price[]>;
	/** Stores in which people were told to count. */
	counts: Set<string>;
	/** What a bit flip came to. */
	damages: Map<string, Damage>;
	/** At the n-th chunk of a snapshot that this store takes. */
	atChunk: Map<string, { left: number; strike(box: Box): void }>;
	/** Boxes that lost their store's place, and may still be switched on. */
	twins: Box[];
	openTwin(box: Box, vault: Vault): void;
	/** A box out of the carton. */
	openFresh(store: string): Box;
}

type Fault = (troubled: Troubled, box: Box) => void;

/** Small things: they apply in every store every month. */
export const everydayFaults: Record<string, Fault> = {
	"power-cut": ({ world }, box) => box.cutPower(world.between(1, 20_000)),
	"power-cut-soon": ({ world }, box) => void world.after(world.between(1, 300), () => box.cutPower(world.between(1, 3_000))),
	"hq-crash": ({ world, headOffice }) => headOffice.crash(world.between(1, 30_000)),
	"hq-crash-soon": ({ world, headOffice }) => void world.after(world.between(1, 300), () => headOffice.crash(world.between(1, 3_000))),
	offline({ world, broker }, box) {
		const id = box.clientId();
		broker.reachable(id, false);
		world.after(world.between(1_000, 20 * minute), () => broker.reachable(id, true));
	},
	"hq-offline"({ world, broker }) {
		broker.reachable(officeClientId, false);
		world.after(world.between(1_000, 10 * minute), () => broker.reachable(officeClientId, true));
	},
	"half-open": ({ world, broker }, box) => broker.halfOpen(world.chance(0.7) ? box.clientId() : officeClientId),
	"session-forgotten": ({ world, broker }, box) => broker.forget(world.chance(0.7) ? box.clientId() : officeClientId),
	"broker-restart": ({ world, broker }) => broker.crash(world.between(10, 60_000)),
	"broker-swap": ({ world, broker }) => broker.swap(profiles[world.pick(Object.keys(profiles))]!(world)),
	"disk-full"({ world }, box) {
		box.disk.setFull(true);
		world.after(world.between(1_000, 3 * minute), () => box.disk.setFull(false));
	},
	"hq-disk-full"({ world, office }) {
		office.disk.setFull(true);
		world.after(world.between(1_000, minute), () => office.disk.setFull(false));
	},
	clock({ world }, box) {
		const truth = world.trueMs();
		box.clock.offsetMs = world.pick([-truth, Date.UTC(2038, 0, 19) - truth, day, -day, -world.between(1_000, 3_600_000)]);
		world.after(world.between(minute, 10 * minute), () => void (box.clock.offsetMs = 0));
	},
	"power-cut-at-write": ({ world }, box) =>
		box.disk.fuse(world.between(1, 12), world.chance(0.5), () => box.cutPower(world.between(1, 3_000))),
	"hq-cut-at-write"({ world, office, headOffice }) {
		office.disk.fuse(world.between(1, 12), world.chance(0.5), () => headOffice.crash(world.between(1, 3_000)));
	},
	"notes-thinned": (_, box) => box.thin(),
	"older-box"({ world }, box) {
		box.switchOff();
		box.unknown = new Set([world.pick(["price-end", "label", "grant-ask", "grant-used", "movement"])]);
		box.switchOn();
		world.after(world.between(10_000, 5 * minute), () => upgrade(box));
	},
	"older-hq"({ world, office, headOffice }) {
		office.unknown = new Set([world.pick(["grant.given", "sale.recorded", "stock.moved", "receipt.doubted", "label.shown"])]);
		world.after(world.between(10_000, 5 * minute), () => {
			if (office.unknown.size === 0) return;
			office.unknown = new Set();
			headOffice.crash(world.between(1, 3_000));
		});
	},
	"both-sell-in-a-partition"({ world, broker, story }, box) {
		const id = box.clientId();
		broker.reachable(id, false);
		story.bothSell(box);
		world.after(world.between(5_000, 3 * minute), () => broker.reachable(id, true));
	},
	"cut-at-chunk": (troubled, box) => cutAtChunk(troubled, box.store),
	skew: ({ world }, box) => void (box.clock.offsetMs = world.between(-30_000, 30_000)),
};

function upgrade(box: Box): void {
	if (box.unknown.size === 0) return;
	box.switchOff();
	box.unknown = new Set();
	box.switchOn();
}

/** A snapshot that this store will take, or is taking, is interrupted at its k-th chunk. */
export function cutAtChunk({ world, broker, headOffice, story, atChunk }: Troubled, store: string): void {
	const strikes: Record<string, (box: Box) => void> = {
		"power cut": (box) => box.cutPower(world.between(1, 20_000)),
		"HQ crash": () => headOffice.crash(world.between(1, 30_000)),
		"line cut"(box) {
			const id = box.clientId();
			broker.reachable(id, false);
			world.after(world.between(1_000, 5 * minute), () => broker.reachable(id, true));
		},
		"half-open line": (box) => broker.halfOpen(box.clientId()),
		"broker gone": () => broker.crash(world.between(10, 60_000)),
		"catalog moves on": () => headOffice.isOn() && [1, 2, 3].forEach(() => story.moveCatalog(store)),
	};
	const what = world.pick(Object.keys(strikes));
	atChunk.set(store, {
		left: world.between(1, 4),
		strike(box) {
			world.trace(store, `at a chunk: ${what}`);
			world.saw(`at chunk: ${what}`);
			// The chunk is on the disk; whoever waits for it is told first, or never.
			world.after(world.between(0, 1), () => strikes[what]!(box));
		},
	});
}

/** Once in a store's life: at most one of them in a run. */
export const disasters: Record<string, Fault> = {
	"days-offline"({ world, broker, boxes }) {
		const ms = world.between(day, 8 * day);
		for (const box of boxes) box.tendEvery(8 * 3_600_000);
		broker.crash(ms);
		world.after(ms, () => boxes.forEach((box) => box.tendEvery(minute)));
	},
	"hq-restored"({ world, office, headOffice, boxes, story, heard, lost }) {
		const restore = office.backup();
		world.after(world.between(10_000, 8 * minute), () => {
			world.trace("hq", "comes back from a backup");
			headOffice.stop();
			for (const box of boxes) {
				const { prices } = box.vault.book();
				heard.set(
					box.store,
					prices.skus("", 1_000).flatMap((sku) => prices.of(sku)),
				);
			}
			restore();
			story.decided.clear();
			for (const [store, prices] of heard) {
				const kept = new Set(
					recordsOf(office.of(store), "catalog").flatMap((record) => ("price" in record ? [termsOf(record.price)] : [])),
				);
				lost.set(
					store,
					prices.filter((price) => !kept.has(termsOf(price))),
				);
			}
			const isBusy = world.chance(0.5);
			world.after(world.between(1_000, 20_000), () => {
				headOffice.start();
				// Whoever waited for HQ is there before the stores are.
				if (isBusy) for (let count = 12; count > 0; count--) story.atOffice(world.pick(boxes).store);
			});
		});
	},
	"box-restored"({ world, forgot }, box) {
		const restore = box.vault.backup();
		world.after(world.between(10_000, 8 * minute), () => {
			const opened = world.chance(0.7);
			world.trace(box.store, `comes back from a backup${opened ? "" : ", copied by hand"}`);
			box.switchOff();
			restore();
			box.shelf.forget();
			if (opened) box.vault.commit("openUpEpoch", {}, box.now());
			forgot.set(box.store, opened ? "opened an epoch" : "copied back");
			world.after(world.between(1_000, 20_000), () => box.switchOn());
		});
	},
	"bit-flip"({ world, forgot, counts, damages }, box) {
		box.switchOff();
		const damage = box.vault.flip(world);
		box.shelf.forget();
		world.trace(box.store, `has a flipped bit: ${JSON.stringify(damage)}`);
		world.saw(`bit flip: ${damage.rebuilt ? "rebuilt" : "not noticed at start"}`);
		damages.set(box.store, damage);
		if (damage.rebuilt) forgot.set(box.store, "rebuilt");
		if (damage.count) counts.add(box.store);
		world.after(world.between(1_000, 20_000), () => box.switchOn());
	},
	"box-swap"({ world, office, forgot, counts, boxes, twins, openFresh }, box) {
		// One that HQ never heard would be as good as the new one.
		if (office.of(box.store).up.size === 0) return;
		world.trace(box.store, "gets a new box; the old one stays switched on");
		world.saw("box swapped");
		const epoch = box.vault.book().link.up("facts").epoch;
		office.grant(box.store, null);
		const fresh = openFresh(box.store);
		boxes[boxes.indexOf(box)] = fresh;
		twins.push(box);
		forgot.set(box.store, "swapped");
		counts.add(box.store);
		fresh.switchOn();
		if (world.chance(0.4))
			world.after(world.between(30_000, 8 * minute), () => {
				world.trace(box.store, "a person says that the old box was the right one");
				world.saw("box named again");
				office.grant(box.store, epoch);
				boxes[boxes.indexOf(fresh)] = box;
				twins[twins.indexOf(box)] = fresh;
			});
	},
	"two-boxes"({ world, office, forgot, openTwin }, box) {
		// One that HQ never heard would be as good as a new one.
		if (office.of(box.store).up.size === 0) return;
		const vault = box.vault.twin();
		if (!vault) return;
		world.trace(box.store, "is cloned: two boxes, one identity");
		forgot.set(box.store, "two boxes");
		openTwin(box, vault);
	},
};

/** Repairmen come: brokers behave, disks are free, clocks right, everybody has power and a line. */
export function heal({ world, broker, office, headOffice, boxes, twins, atChunk }: Troubled): void {
	world.trace("world", "heals");
	atChunk.clear();
	office.disk.fuse(Infinity, false, () => {});
	broker.reachable(officeClientId, true);
	office.disk.setFull(false);
	if (office.unknown.size > 0) {
		office.unknown = new Set();
		headOffice.stop();
	}
	for (const box of [...boxes, ...twins]) {
		box.disk.setFull(false);
		box.disk.fuse(Infinity, false, () => {});
		if (box.unknown.size > 0) box.switchOff();
		box.unknown = new Set();
		box.clock.offsetMs = 0;
		box.tendEvery(minute);
		broker.reachable(box.clientId(), true);
		box.switchOn();
	}
	headOffice.start();
	// Half the time every connection stays as it is: what is stuck must come loose by itself.
	if (world.chance(0.5)) broker.swap(fair);
	else broker.manners = fair;
}
