/** What a store asks of its broker, as loads with one number each. Every load is bounded and ends its connections. */
import type { Target } from "./broker-targets.ts";
import { connectLoad, connectPublisher, type LoadClient, type Publisher, pause, percentile, serialPlaceholder } from "./mqtt-load.ts";

/** Serials never repeat within a run of the program: a repeated scan would make no fact. */
let nextRun = 0;

const scanBody = (run: number): string =>
	`{"id":"${String(run).padStart(4, "0")}-${serialPlaceholder}","code":"4006381333931","aim":"]E0","at":"2026-03-01T08:00:00.000Z"}`.padEnd(
		100,
		" ",
	);
const plainBody = serialPlaceholder.padEnd(100, "x");

export interface Shape {
	/** `scan`: each message is a fact on disk before its PUBACK. `plain`: nothing of it is to be kept. */
	kind: "scan" | "plain";
	publishers: number;
	window: number;
	ms: number;
}

const leafOf = { scan: "e/scan", plain: "log/line" } as const;

async function openPublishers(
	target: Target,
	shape: Pick<Shape, "kind" | "publishers">,
	onAck?: (publisher: number, id: number) => void,
): Promise<Publisher[]> {
	const publishers: Publisher[] = [];
	for (let n = 0; n < shape.publishers; n++) {
		const run = nextRun++ % 10_000;
		const body = shape.kind === "scan" ? scanBody(run) : plainBody;
		const topic = `gondola/1/d/hand-${n}/${leafOf[shape.kind]}`;
		publishers.push(await connectPublisher(target, `load-${run}`, topic, body, (id) => onAck?.(n, id)));
	}
	return publishers;
}

async function closePublishers(publishers: Publisher[]): Promise<void> {
	for (const one of publishers) one.stop();
	await Promise.race([Promise.all(publishers.map((one) => one.settled())), pause(10_000)]);
	for (const one of publishers) one.client.end();
}

/** Acknowledged messages a second. */
export async function ingestRate(target: Target, shape: Shape): Promise<number> {
	const publishers = await openPublishers(target, shape);
	for (const one of publishers) one.start(shape.window);
	await pause(shape.ms / 4);
	const before = publishers.reduce((sum, one) => sum + one.acked, 0);
	const from = performance.now();
	await pause(shape.ms);
	const acked = publishers.reduce((sum, one) => sum + one.acked, 0) - before;
	const seconds = (performance.now() - from) / 1_000;
	await closePublishers(publishers);
	return acked / seconds;
}

/** Acknowledged messages a second, to the time when the last of them is a fact. */
export async function factRate(target: Target, shape: Shape): Promise<number> {
	const publishers = await openPublishers(target, shape);
	const from = performance.now();
	for (const one of publishers) one.start(shape.window);
	await pause(shape.ms);
	await closePublishers(publishers);
	await target.settled();
	return publishers.reduce((sum, one) => sum + one.acked, 0) / ((performance.now() - from) / 1_000);
}

/** Messages a second that reach the one subscriber; throws when one is missing at the end. */
export async function throughRate(target: Target, shape: Shape): Promise<number> {
	let delivered = 0;
	const subscriber = await connectLoad(target, `sub-${nextRun++}`, { onMessages: (count) => (delivered += count) });
	await subscriber.subscribe(`gondola/1/d/+/${leafOf[shape.kind]}`, 1);
	const publishers = await openPublishers(target, shape);
	for (const one of publishers) one.start(shape.window);
	await pause(shape.ms / 4);
	const before = delivered;
	const from = performance.now();
	await pause(shape.ms);
	const rate = (delivered - before) / ((performance.now() - from) / 1_000);
	await closePublishers(publishers);
	const acked = publishers.reduce((sum, one) => sum + one.acked, 0);
	await waitFor(() => delivered >= acked, 20_000);
	if (delivered !== acked) throw new Error(`${target.name}: ${acked} acknowledged, ${delivered} delivered`);
	subscriber.end();
	return rate;
}

/** One to many at QoS 1: deliveries a second. */
export async function fanOutRate(target: Target, subscribers: number, window: number, ms: number): Promise<number> {
	let delivered = 0;
	const clients: LoadClient[] = [];
	for (let n = 0; n < subscribers; n++) {
		const client = await connectLoad(target, `fan-${nextRun++}`, { onMessages: (count) => (delivered += count) });
		await client.subscribe("gondola/1/d/hand-0/log/line", 1);
		clients.push(client);
	}
	const [publisher] = await openPublishers(target, { kind: "plain", publishers: 1 });
	publisher!.start(window);
	await pause(ms / 4);
	const before = delivered;
	const from = performance.now();
	await pause(ms);
	const rate = (delivered - before) / ((performance.now() - from) / 1_000);
	await closePublishers([publisher!]);
	await waitFor(() => delivered >= publisher!.acked * subscribers, 20_000);
	if (delivered !== publisher!.acked * subscribers) throw new Error(`${target.name}: fan-out lost messages`);
	for (const client of clients) client.end();
	return rate;
}

/** p50 and p99, milliseconds from the time a message was due to its PUBACK. */
export async function ackLatency(
	target: Target,
	kind: Shape["kind"],
	perSecond: number,
	ms: number,
): Promise<{ p50: number; p99: number }> {
	const due: Map<number, number>[] = [];
	const waits: number[] = [];
	const publishers = await openPublishers(target, { kind, publishers: 50 }, (publisher, id) => {
		const at = due[publisher]!.get(id);
		due[publisher]!.delete(id);
		if (at !== undefined && at > from + ms / 5) waits.push(performance.now() - at);
	});
	for (const _ of publishers) due.push(new Map());
	let from = performance.now();
	await new Promise<void>((resolve) => {
		from = performance.now();
		let sent = 0;
		const timer = setInterval(() => {
			const now = performance.now();
			if (now - from > ms) {
				clearInterval(timer);
				return resolve();
			}
			for (; from + (sent * 1_000) / perSecond <= now; sent++) {
				const n = sent % publishers.length;
				due[n]!.set(publishers[n]!.sendOne(), from + (sent * 1_000) / perSecond);
			}
		}, 1);
	});
	await closePublishers(publishers);
	waits.sort((a, b) => a - b);
	return { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) };
}

/** Seconds until everything that waited for absent clients has reached them. */
export async function drainSeconds(target: Target, clients: number, messages: number): Promise<number> {
	const names = Array.from({ length: clients }, () => `kept-${nextRun++}`);
	for (const name of names) {
		const client = await connectLoad(target, name, {}, false);
		await client.subscribe("gondola/1/d/hand-0/log/line", 1);
		client.end();
	}
	await pause(100);
	const [publisher] = await openPublishers(target, { kind: "plain", publishers: 1 });
	publisher!.start(200);
	await waitFor(() => publisher!.acked >= messages - 200, 120_000);
	publisher!.stop();
	await publisher!.settled();
	while (publisher!.acked < messages) {
		publisher!.sendOne();
		await publisher!.settled();
	}
	const wanted = publisher!.acked * clients;
	publisher!.client.end();
	let got = 0;
	const from = performance.now();
	const back = await Promise.all(names.map((name) => connectLoad(target, name, { onMessages: (count) => (got += count) }, false)));
	await waitFor(() => got >= wanted, 120_000);
	const seconds = (performance.now() - from) / 1_000;
	if (got !== wanted) throw new Error(`${target.name}: ${wanted} waited, ${got} came`);
	await pause(200);
	for (const client of back) client.end();
	for (const name of names) (await connectLoad(target, name)).end();
	return (seconds * messages * clients) / wanted;
}

/** MiB of the broker's process with so many connections that say nothing. */
export async function idleMemory(target: Target, connections: number): Promise<{ before: number; with: number }> {
	const before = target.rssMiB();
	const clients: LoadClient[] = [];
	for (let n = 0; n < connections; n += 100) {
		clients.push(...(await Promise.all(Array.from({ length: 100 }, () => connectLoad(target, `idle-${nextRun++}`)))));
	}
	// At rest: what making the connections left behind is collected within some seconds.
	await pause(15_000);
	const rss = target.rssMiB();
	for (const client of clients) client.socket.destroy();
	return { before, with: rss };
}

/** The longest silence, in ms, that a subscriber hears while another one reads nothing and everything is sent to it. */
export async function silenceMs(target: Target, ms: number): Promise<number> {
	const frozen = await connectLoad(target, `frozen-${nextRun++}`);
	await frozen.subscribe("gondola/1/d/flood/log/line", 0);
	frozen.socket.pause();
	let heard = 0;
	let longest = 0;
	const listener = await connectLoad(target, `ear-${nextRun++}`, {
		onMessages() {
			const now = performance.now();
			if (heard > 0) longest = Math.max(longest, now - heard);
			heard = now;
		},
	});
	await listener.subscribe("gondola/1/d/tick/log/line", 0);
	const flood = await Promise.all(
		[0, 1].map(() => connectPublisher(target, `flood-${nextRun++}`, "gondola/1/d/flood/log/line", "y".repeat(16_384))),
	);
	const tick = await connectPublisher(target, `tick-${nextRun++}`, "gondola/1/d/tick/log/line", "t");
	const timer = setInterval(() => tick.sendOne(), 5);
	await pause(200);
	for (const one of flood) one.start(8);
	await pause(ms);
	clearInterval(timer);
	longest = Math.max(longest, performance.now() - heard);
	await closePublishers([...flood, tick]);
	frozen.socket.destroy();
	listener.end();
	return longest;
}

async function waitFor(isSo: () => boolean, timeoutMs: number): Promise<void> {
	const end = performance.now() + timeoutMs;
	while (!isSo() && performance.now() < end) await pause(2);
}
