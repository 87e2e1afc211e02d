import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Box, openBox } from "./box.ts";
import { openBroker, profiles } from "./broker.ts";
import { cutAtChunk, disasters, everydayFaults, heal, type Troubled } from "./faults.ts";
import { simulatedKeys } from "./liar/keys.ts";
import { claimHigher, claimMore, lieIn, liesAtOffice, tellRails, tiredOffice } from "./liar/liar.ts";
import { liar, openMeddler } from "./liar/meddler.ts";
import { watchWithheld } from "./liar/withheld.ts";
import { openHeadOffice } from "./office/head-office.ts";
import { openOffice } from "./office/office-model.ts";
import { brokenOfFenced, brokenPromises, differences, isEqual, isSent, type Judged } from "./promises.ts";
import { modelVault, realVault } from "./store/vault.ts";
import { labelIds, openStory, skus } from "./story.ts";
import { openWorld } from "./time.ts";

export interface Received {
	seed: number;
	profile: string;
	faults: string[];
	/** Broken promises; each begins with its name. */
	broken: string[];
	/** Virtual milliseconds from the network's healing until all were equal. */
	healedMs: number;
	messages: number;
	facts: number;
	/** What came to pass, and how often. */
	seen: Map<string, number>;
}

export interface Wishes {
	profile?: string;
	/** Stores keep their ledger in SQLite. */
	real?: boolean;
	say?: (line: string) => void;
	/** This one happens for certain. */
	disaster?: string;
	/** This everyday fault happens more often than others. */
	emphasis?: string;
	/** Hundreds of long records at a time, which fill the window. */
	bulky?: boolean;
	/** The broker is in strange hands, and so is one more store's box; head office and stores have keys, and stores rails. */
	liar?: boolean;
	/** Ends at the first broken promise instead of looking for more. */
	impatient?: boolean;
}

/**
 * A healed line must have everything across within this: reconnecting waits up to 5 min and greets, 75 s of silence are noticed
 * by a hello, a retransmission comes within a minute, and a forgotten subscription is given up after 5 min.
 */
export const healsWithinMs = 15 * 60_000;
/** A fenced box greets every five to ten minutes; one whose past is not HQ's needs three greetings until it has parted from it. */
const fencedWithinMs = 35 * 60_000;
/** A line that is well carries one small thing within this. */
export const probeWithinMs = 10_000;

/** The box forgot grants it had given, or two gave the same. */
const gaveTwice: ReadonlySet<string> = new Set(["two boxes", "opened an epoch", "copied back"]);

/** After these a price may count that did not before. */
const pricesMayMove: ReadonlySet<string> = new Set(["acceptDown", "activateDue", "swapSnapshot", "repairBucket"]);
/**
 * Those that leave each box its key. A flipped bit in the price that counts below a held one is not found: the comparison looks at the
 * newest of a kind.
 */
const disastersAmongLiars = ["days-offline", "box-restored"];

const ramDisk = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** One seed, from the shop's opening to the judgement. */
export async function play(
	seed: number,
	{ profile, disaster, emphasis, bulky: wishedBulky = false, liar: lies = false, real = false, say, impatient = false }: Wishes = {},
): Promise<Received> {
	const world = openWorld(seed, say);
	const names = Object.keys(profiles);
	const chosen = profile ?? names[seed % names.length]!;
	const broken: string[] = [];
	const broke = (sentence: string): void => {
		world.trace("BROKEN", sentence);
		if (!broken.includes(sentence)) broken.push(sentence);
	};
	const broker = openBroker(world, profiles[chosen]!(world));
	const office = openOffice(world);
	const habits = { worthFrom: world.pick([2, 15, 60, 2_000]), recordsPerChunk: world.pick([2, 4, 2_000]) };
	// A newer build signs what it adds; here it is added on the way.
	const newer = lies ? "nobody" : world.pick(["nobody", "nobody", "nobody", "nobody", "stores", "HQ"]);
	const keys = lies ? simulatedKeys(seed) : undefined;
	const meddler = keys && openMeddler(world, keys);
	if (meddler) broker.meddle = meddler.meddle;
	const headOffice = openHeadOffice({ world, broker, office, habits, newer: newer === "HQ", ...(keys && { keys }) });
	office.broke = broke;
	world.saw(`broker: ${chosen}`);
	world.saw(`newer build: ${newer}`);
	const root = real ? mkdtempSync(join(ramDisk, "gondola-simulation-")) : "";
	const newEpoch = (): string => Array.from({ length: 16 }, () => world.between(0, 15).toString(16)).join("");
	const faults: string[] = [];
	const twins: Box[] = [];
	const withheld = watchWithheld(world, office, broke);

	const open = (
		store: string,
		vault = real ? realVault({ store, inc: 1, epoch: newEpoch() }, root) : modelVault({ store, inc: 1, epoch: newEpoch() }, newEpoch),
	): Box => {
		const box: Box = openBox({
			world,
			broker,
			store,
			vault,
			broke,
			labels: labelIds,
			newer: newer === "stores",
			watched: !lies && (seed % 4 === 0 || wishedBulky),
			...(keys && { trust: keys.trustOf(store), starting: tellRails }),
			committed(flow, args) {
				if (lies && store !== liar && pricesMayMove.has(flow)) {
					const lie = lieIn(box, office);
					if (lie) broke(lie);
				}
				withheld.committed(store, flow, args);
				if (flow === "moveUpPosition") {
					const { stream, epoch, upTo } = args as { stream: "facts"; epoch: string; upTo: number };
					if (upTo > office.everCommitted(store, stream, epoch))
						broke(`acknowledged: ${store} was told that ${stream} ${upTo} is safe before HQ committed it`);
				} else if (flow === "takeChunk") {
					const armed = troubled.atChunk.get(store);
					if (!armed || --armed.left > 0) return;
					troubled.atChunk.delete(store);
					armed.strike(box);
				} else if (flow === "recordShown") {
					const { label } = args as { label: string };
					const picture = box.vault.book().labels.picture(label, "confirmed");
					const price =
						picture &&
						box.vault
							.book()
							.prices.of(picture.sku)
							.find((each) => each.version === picture.priceVersion);
					const wanted = box.vault.book().labels.row(label)?.desired_at;
					if (
						price?.until !== undefined &&
						wanted &&
						picture!.version === box.vault.book().labels.row(label)?.desired_version &&
						price.until <= wanted &&
						box.guessed() < wanted
					)
						broke(`price: label ${label} of ${store} is to show from ${wanted} a price that was over at ${price.until}`);
					if (price && price.from > box.latest())
						broke(`price: label ${label} of ${store} shows a price of ${price.from} at ${box.now().wall}`);
				}
			},
		});
		return box;
	};
	const boxes: Box[] = Array.from({ length: world.pick([2, 2, 3, 4]) }, (_, index) => open(`s${index + 1}`));
	const bulky = world.chance(0.12) || wishedBulky;
	const story = openStory(world, office, {
		bulky,
		talks: (store) => boxes.some((box) => box.store === store && box.end().status().state === "talking"),
		worn: (store) => troubled.damages.has(store),
		broke,
	});
	const troubled: Troubled = {
		world,
		broker,
		office,
		headOffice,
		boxes,
		story,
		twins,
		forgot: new Map(),
		heard: new Map(),
		lost: new Map(),
		counts: new Set(),
		damages: new Map(),
		atChunk: new Map(),
		openFresh: (store) => open(store),
		openTwin(box, vault) {
			const twin = open(box.store, vault);
			twins.push(twin);
			twin.switchOn();
		},
	};
	const thiefs = keys && open(liar);
	office.onDownMoved = (store, stream, epoch, upTo, hash) => {
		if (store === liar) return;
		const own = [...boxes, ...twins].filter((box) => box.store === store);
		if (own.some((box) => box.chains.has(`${stream} ${hash}`))) return;
		const most = Math.max(0, ...own.map((box) => box.committed.get(`${stream} ${epoch}`) ?? 0), office.agreedDown(store, stream, epoch));
		if (upTo > most) broke(`acknowledged: HQ was told that ${store} has ${stream} ${upTo} before it committed it`);
	};

	for (const { store } of [...boxes, ...(thiefs ? [thiefs] : [])]) {
		office.enroll(store);
		story.openShop(store);
	}
	if (world.chance(0.6)) cutAtChunk(troubled, world.pick(boxes).store);
	headOffice.start();
	for (const box of boxes) box.switchOn();
	thiefs?.switchOn();

	async function evilHours(): Promise<void> {
		const steps = world.between(8, 16);
		const disasterAt = world.chance(0.25) || disaster !== undefined ? world.between(2, steps - 1) : -1;
		for (let step = 0; step < steps; step++) {
			const box = world.pick(boxes);
			if (world.chance(0.6)) story.inStore(box);
			else if (headOffice.isOn()) story.atOffice(box.store);
			if (world.chance(0.4)) cause(everydayFaults, box, emphasis !== undefined && world.chance(0.5) ? emphasis : undefined);
			if (step === disasterAt) cause(disasters, box, disaster ?? (lies ? world.pick(disastersAmongLiars) : undefined));
			if (thiefs && headOffice.isOn()) tiredOffice(world, office, world.pick([box.store, liar]), meddler!.isOver);
			if (thiefs) liesAtOffice([...boxes.map(({ store }) => store), liar], office).forEach(broke);
			if (thiefs && world.chance(0.3)) world.pick([claimMore, claimHigher])(world, thiefs);
			if (meddler && !meddler.isOver() && headOffice.isOn() && world.chance(0.1)) await withheld.play(meddler, box, story);
			if (impatient && broken.length > 0) return;
			if (world.chance(0.2)) story.again(boxes);
			for (const twin of twins) if (world.chance(0.3)) story.inStore(twin);
			// Half the time the next thing happens while disks and messages are still busy with this one.
			await world.run(world.chance(0.5) ? world.between(1, 400) : world.between(1, world.chance(0.08) ? 600_000 : 20_000));
		}
	}

	function cause(from: typeof everydayFaults, box: Box, wished?: string): void {
		const name = wished ?? world.pick(Object.keys(from));
		world.trace(box.store, `fault: ${name}`);
		faults.push(name);
		world.saw(`fault: ${name}`);
		from[name]!(troubled, box);
	}

	const judged = (): Judged[] =>
		boxes.map((box) => ({
			box,
			skus,
			labels: labelIds,
			heard: troubled.heard.get(box.store) ?? [],
			lost: troubled.lost.get(box.store) ?? [],
			decided: story.decided.get(box.store) ?? [],
			forgot: troubled.forgot.has(box.store),
			counted: troubled.counts.has(box.store),
			gaveTwice: gaveTwice.has(troubled.forgot.get(box.store) ?? ""),
			renumbered: troubled.forgot.get(box.store) === "rebuilt",
		}));
	const allEqual = (): boolean => headOffice.isOn() && office.disk.idle() && judged().every((each) => isEqual(each, office));

	const allTalk = (): boolean => boxes.every((box) => box.end().status().state === "talking");

	/** A person replaces a box that exists twice. */
	function persons(): void {
		for (const box of boxes) {
			if (troubled.forgot.get(box.store) !== "two boxes") continue;
			box.switchOff();
			box.vault.commit("setIdentity", { inc: office.replace(box.store) }, box.now());
			box.switchOn();
		}
	}

	/**
	 * People count where they were told to, and HQ has every store compare its catalog: that one must find nothing, unless a bit fell over.
	 */
	async function people(): Promise<void> {
		for (const box of boxes) if (troubled.counts.has(box.store)) story.countAll(box);
		await world.run(10_000);
		const waiting = new Set(boxes.map(({ store }) => store));
		for (const { store } of boxes)
			void headOffice.command(store, "catalog.compare").then(({ code, out }) => {
				waiting.delete(store);
				const said = (out as { comparison?: string } | null)?.comparison ?? code;
				world.saw(`compared: ${said}`);
				if (said !== "equal" && !troubled.damages.has(store)) broke(`converge: the catalogs of ${store} and HQ were ${said}`);
			});
		await world.run(2 * 60_000, () => waiting.size === 0);
		await world.run(3 * 60_000, allEqual);
	}

	function sayUnequal(when: string): void {
		for (const each of judged())
			if (!isEqual(each, office)) broke(`stuck: ${each.box.store} and HQ, ${when}: ${differences(each, office)}`);
	}

	let healedMs = 0;
	try {
		await evilHours();
		// Disasters that were begun come to their end before the repairmen do.
		await world.run(broker.downMs());
		if (faults.some((name) => name in disasters)) await world.run(9 * 60_000);
		meddler?.stop();
		heal(troubled);
		persons();
		story.again(boxes);
		const healedAtMs = world.nowMs();
		await world.run(100);
		await world.run(healsWithinMs, () => (allEqual() && allTalk()) || (impatient && broken.length > 0));
		healedMs = world.nowMs() - healedAtMs;
		if (impatient && broken.length > 0) {
			// One is enough.
		} else if (!allEqual()) {
			sayUnequal(`${healsWithinMs / 60_000} min after the line healed they differ`);
		} else {
			await people();
			story.again(boxes);
			for (const box of boxes) story.probe(box);
			await world.run(10);
			await world.run(probeWithinMs, allEqual);
			if (!allEqual()) sayUnequal(`one small thing takes more than ${probeWithinMs / 1_000} s`);
			await world.run(3 * 60_000);
			await world.run(60_000, allEqual);
			for (const each of judged()) brokenPromises(each, office).forEach(broke);
			withheld.standing(boxes).forEach(broke);
			if (lies) liesAtOffice([...boxes.map(({ store }) => store), liar], office).forEach(broke);
			await world.run(fencedWithinMs, () => twins.every((twin) => twin.end().status().refused === "fenced" && isSent(twin)));
			for (const twin of twins) brokenOfFenced(twin, office).forEach(broke);
			if (broker.counts.closedForTopic > 0) broke("topics: a broker closed a connection for a character in its topic");
		}
	} finally {
		for (const box of [...boxes, ...twins, ...(thiefs ? [thiefs] : [])]) {
			box.switchOff();
			box.vault.close();
		}
		headOffice.stop();
		if (root) rmSync(root, { recursive: true, force: true });
	}
	const facts = boxes.reduce((sum, { store }) => sum + office.of(store).taken.length, 0);
	return { seed, profile: chosen, faults, broken, healedMs, messages: broker.counts.messages, facts, seen: world.seen };
}
