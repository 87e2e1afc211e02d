import type { CatalogRecord } from "../../../src/words/streams/catalog.ts";
import { type Box, openBox } from "./box.ts";
import { fair, openBroker } from "./broker.ts";
import { officeClientId, openHeadOffice } from "./office/head-office.ts";
import { openOffice } from "./office/office-model.ts";
import { healsWithinMs } from "./play.ts";
import { isEqual } from "./promises.ts";
import { modelVault } from "./store/vault.ts";
import { openWorld } from "./time.ts";

export interface ToldOfCrowd {
	seed: number;
	broken: string[];
	/** From the broker's return until every store was equal to HQ. */
	healedMs: number;
	/** The busiest second after the broker's return. */
	most: { calls: number; hellos: number; messagesToHq: number };
}

const minute = 60_000;
const hour = 60 * minute;
/** Long enough that every store has come to wait up to five minutes between two calls (LINK rule 3). */
const outageMs = 15 * minute;
/**
 * HQ asks this many stores a second to greet (src/hq/line/line.ts). A store whose welcome is late says hello again after two seconds and
 * after four, and to a welcome it answers with a handful of messages.
 */
const asksPerSecond = 200;
const hellosPerAsk = 3;
const messagesPerHello = 5;

/**
 * What the busiest second may see of `stores` that call at random within five minutes: half of that on average, three times as much by
 * chance, and a few more where they are few.
 */
export const boundsFor = (stores: number): ToldOfCrowd["most"] => {
	const calls = Math.ceil((3 * stores) / 150) + 12;
	const hellos = 2 * calls + hellosPerAsk * Math.min(stores, asksPerSecond);
	return { calls, hellos, messagesToHq: messagesPerHello * hellos };
};

/** Many stores behind one broker, which is gone for a while and comes back. Each has something to say, and HQ has something for each. */
export async function playCrowd(seed: number, stores: number, say?: (line: string) => void): Promise<ToldOfCrowd> {
	const world = openWorld(seed, say);
	const broken: string[] = [];
	const broke = (sentence: string): void => void (broken.length < 20 && broken.push(sentence));
	const broker = openBroker(world, fair);
	const office = openOffice(world, 1);
	office.broke = broke;

	let since = Infinity;
	const seconds: Record<keyof ToldOfCrowd["most"], Map<number, number>> = { calls: new Map(), hellos: new Map(), messagesToHq: new Map() };
	const note = (what: keyof ToldOfCrowd["most"]): void => {
		const second = Math.floor((world.nowMs() - since) / 1_000);
		if (second >= 0) seconds[what].set(second, 1 + (seconds[what].get(second) ?? 0));
	};
	const { connect } = broker;
	broker.connect = (clientId, filters, events) => {
		note("calls");
		if (clientId !== officeClientId) return connect(clientId, filters, events);
		return connect(clientId, filters, {
			...events,
			arrived(topic, payload) {
				note("messagesToHq");
				if (topic.endsWith("/hello")) note("hellos");
				events.arrived(topic, payload);
			},
		});
	};

	const headOffice = openHeadOffice({ world, broker, office, newer: false, habits: { worthFrom: 2_000, recordsPerChunk: 2_000 } });
	const newEpoch = (): string => Array.from({ length: 16 }, () => world.between(0, 15).toString(16)).join("");
	const boxes = Array.from({ length: stores }, (_, n): Box => {
		const store = `s${n + 1}`;
		office.enroll(store);
		const vault = modelVault({ store, inc: 1, epoch: newEpoch() }, newEpoch);
		return openBox({ world, broker, store, vault, broke, newer: false, labels: [], watched: false, committed() {} });
	});
	const tell = (store: string): void => {
		const version = office.nextVersion();
		office.sendCatalog(store, { type: "article", article: { sku: "milk", name: `milk of ${version}`, version } } satisfies CatalogRecord);
	};
	const unequal = (): Box[] => boxes.filter((box) => !isEqual({ box }, office));
	const all = (): boolean => unequal().length === 0;

	boxes.forEach((box) => tell(box.store));
	headOffice.start();
	for (const box of boxes)
		world.after(world.between(0, 2 * minute), () => {
			box.switchOn();
			box.tendEvery(8 * hour);
		});
	await world.run(4 * minute);
	if (!all()) broke("crowd: not everybody is equal before the outage");

	broker.crash(outageMs);
	for (const box of boxes) {
		world.after(world.between(0, outageMs), () => {
			const movement = { id: `m-${box.store}`, sku: "milk", quantity: 1, reason: "receive", occurredAt: box.now().wall };
			void box.ask("recordMovement", movement);
			tell(box.store);
		});
	}
	await world.run(outageMs);
	since = world.nowMs();
	let healedMs = healsWithinMs;
	// Whether all are equal is asked once a second, not after every message of thousands.
	for (let ms = 0; ms < healsWithinMs && !all(); ms += 1_000) await world.run(1_000);
	if (all()) healedMs = world.nowMs() - since;
	else broke(`stuck: ${unequal().length} of ${stores} stores, 15 min after the broker came back`);
	const most = Object.fromEntries(
		Object.entries(seconds).map(([what, counts]) => [what, Math.max(0, ...counts.values())]),
	) as ToldOfCrowd["most"];
	const bounds = boundsFor(stores);
	for (const what of Object.keys(most) as (keyof typeof most)[]) {
		if (most[what] > bounds[what]) broke(`crowd: ${most[what]} ${what} in one second from ${stores} stores, more than ${bounds[what]}`);
	}
	for (const box of boxes) box.switchOff();
	headOffice.stop();
	return { seed, broken, healedMs, most };
}
