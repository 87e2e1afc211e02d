/**
 * Kills the gateway at a random moment under load, lets a spare take over from the copy, and counts: what the clients were acknowledged,
 * what the spare has, and what lies at the printer. The spare is the gateway of the next round. Used by takeover.test.ts with a few kills,
 * and by run.ts (`npm run takeovers -- --kills 200`) with many.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { flows } from "../../src/flows/flows.ts";
import { createWriter } from "../../src/ledger/ledger.ts";
import { openSlipBox, type SlipBox } from "../../src/sim/printer/paper-roll.ts";
import { startPrinter, type VirtualPrinter } from "../../src/sim/printer/printer.ts";
import { startTimeline } from "../../src/sim/timeline.ts";
import { moment, noon } from "../support/store.ts";
import { until } from "../support/until.ts";
import { lateLine, type Program, runVerb, startProgram } from "./programs.ts";

export interface TakeoverOptions {
	kills: number;
	mode: "sync" | "async";
	whenAway?: "go-on" | "refuse";
	/** What the oracle expects; `sync` of an async copy shows that it can fail. */
	judgedAs?: "sync" | "async";
	seed: number;
	/** Milliseconds by which each piece on the line to the spare is late. */
	lateMs?: number;
	say?(line: string): void;
}

export interface Tally {
	kills: number;
	acknowledged: number;
	/** Acknowledged to a client and not on the spare. */
	lost: number;
	/** The most that was lost in one takeover, and what that one had named. */
	worst: { lost: number; named: number };
	slips: number;
	doubledSlips: number;
	inDoubt: number;
	/** Answers that an old box gave after it had been replaced. */
	twoWriters: number;
	takeoverMs: number[];
	faults: string[];
}

const dice = (seed: number): (() => number) => {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
};

export async function runTakeovers(options: TakeoverOptions): Promise<Tally> {
	const { kills, mode, whenAway = "go-on", judgedAs = mode, seed, lateMs = 0, say = () => {} } = options;
	const roll = dice(seed);
	const root = mkdtempSync(join(tmpdir(), "gondola-takeovers-"));
	const timeline = startTimeline();
	const slips = openSlipBox(join(root, "paper"));
	const printer = await startPrinter({ id: "printer-1", millimetresPerSecond: 3_000, bootMs: 20 }, slips, timeline);
	const tally: Tally = {
		...{ kills: 0, acknowledged: 0, lost: 0, worst: { lost: 0, named: 0 }, slips: 0, doubledSlips: 0, inDoubt: 0, twoWriters: 0 },
		...{ takeoverMs: [], faults: [] },
	};
	const world: World = { root, printer, mode, whenAway, lateMs };
	let spare = await newSpare(world, 0);
	let box = await startBox(world, 0, spare, true);
	try {
		for (let kill = 1; kill <= kills; kill += 1) {
			const load = startLoad(box, kill);
			await until(() => load.acknowledged.size > 20, "the load is on");
			await new Promise((resolve) => setTimeout(resolve, 100 + roll() * 1_400));
			box.program.kill();
			await box.program.gone;
			await load.stop();

			const next = await newSpare(world, kill);
			const config = configFor(world, kill, next);
			const took = await runVerb("takeover", "--from", spare.folder, "--data", dataOf(world, kill), "--config", config, "--json");
			if (took.code !== 0) throw new Error(`takeover ${kill}: ${took.err}`);
			const done = JSON.parse(took.out) as { lostAtMost: number; tookMs: number; doubled?: string[] };
			const old = box.config;
			const heir = await startBox(world, kill, next, false);
			const missing = await missingOn(heir, load.acknowledged);
			tally.kills = kill;
			tally.acknowledged += load.acknowledged.size;
			tally.lost += missing.length;
			tally.takeoverMs.push(done.tookMs);
			if (missing.length >= tally.worst.lost) tally.worst = { lost: missing.length, named: done.lostAtMost };
			const named = judgedAs === "sync" ? 0 : done.lostAtMost;
			if (missing.length > named)
				tally.faults.push(`kill ${kill}: ${missing.length} lost, ${named} named: ${missing.slice(0, 3).join(", ")}`);
			if (kill === 1 || roll() < 0.2) tally.twoWriters += await answersOfOld(old);
			await spare.stop();
			say(`kill ${kill}: ${load.acknowledged.size} acknowledged, ${missing.length} lost, takeover ${done.tookMs} ms`);
			spare = next;
			box = heir;
		}
		await settled(box);
		tally.inDoubt = (await jobsOf(box)).filter(({ state }) => state === "in-doubt").length;
	} finally {
		box.program.kill();
		await box.program.gone;
		await spare.stop();
		await printer.stop();
		timeline.stop();
		rmSync(root, { recursive: true, force: true });
	}
	countSlips(slips, tally);
	if (tally.doubledSlips > 0) tally.faults.push(`${tally.doubledSlips} slips came out twice`);
	if (tally.twoWriters > 0) tally.faults.push(`an old box gave ${tally.twoWriters} answers after it was replaced`);
	return tally;
}

/** Each receipt has a text of its own, so the same dots twice are the same receipt twice. */
function countSlips(box: SlipBox, tally: Tally): void {
	const seen = new Map<string, number>();
	for (const { state, sha256 } of box.slips()) if (state === "complete") seen.set(sha256, (seen.get(sha256) ?? 0) + 1);
	tally.slips = seen.size;
	tally.doubledSlips = [...seen.values()].filter((times) => times > 1).length;
}

interface World {
	root: string;
	printer: VirtualPrinter;
	mode: "sync" | "async";
	whenAway: "go-on" | "refuse";
	lateMs: number;
}

interface Spare {
	folder: string;
	/** What the gateway's configuration says of it. */
	lines: string;
	stop(): Promise<void>;
}

/** In turns a folder, and a second box by TLS behind a slow line. */
async function newSpare({ root, mode, whenAway, lateMs }: World, round: number): Promise<Spare> {
	const folder = join(root, `copy-${round}`);
	mkdirSync(folder);
	if (round % 3 === 2 && lateMs === 0)
		return {
			folder,
			lines: `replica: {to: ${folder}, mode: ${mode}, whenAway: ${whenAway}, sameDisk: true}`,
			stop: () => Promise.resolve(),
		};
	const program = startProgram("replica", "serve", "--folder", folder, "--host", "127.0.0.1", "--port", "0", "--json");
	const [line] = await program.until(/\{"ready".*\}/);
	const { port, pin, tokenFile } = JSON.parse(line) as { port: number; pin: string; tokenFile: string };
	const late = await lateLine(port, lateMs);
	return {
		folder,
		lines: `replica: {to: "tls://127.0.0.1:${late.port}", mode: ${mode}, whenAway: ${whenAway}, pin: ${pin}, tokenFile: ${tokenFile}}`,
		async stop() {
			late.stop();
			program.stop();
			await program.gone;
		},
	};
}

interface Box {
	program: Program;
	folder: string;
	config: string;
	url: string;
	mqtt: string;
	token: string;
}

const dataOf = ({ root }: World, round: number): string => join(root, `box-${round}`);

function configFor({ root, printer }: World, round: number, spare: Spare): string {
	const file = join(root, `box-${round}.yaml`);
	writeFileSync(
		file,
		`store: s1\ndata: ${join(root, `box-${round}`)}\ndesk: {port: 0}\nbroker: {port: 0, anonymousLoopback: true}\n${spare.lines}\n` +
			`devices: [{id: printer-1, family: printer, protocol: esc-pos, host: "127.0.0.1:${printer.port}", confirm: process-id}]\n`,
	);
	return file;
}

async function startBox(world: World, round: number, spare: Spare, isFirst: boolean): Promise<Box> {
	const folder = dataOf(world, round);
	const config = configFor(world, round, spare);
	if (isFirst) stock(folder);
	const program = startProgram("run", "--config", config);
	const [, url, broker] = await program.until(/cockpit (http\S+) +mqtt (mqtt\S+)/);
	const token = readFileSync(join(folder, "secrets", "box.token"), "utf8").trim();
	const box = { program, folder, config, url: url!, mqtt: broker!, token };
	const state = async (): Promise<string> => {
		const { replica } = (await (await ask(box, "/api/v1/status")).json()) as { replica: { state: string } };
		return replica.state;
	};
	await until(async () => (await state()) === "following", "the copy follows");
	await until(async () => {
		const { items } = (await (await ask(box, "/api/v1/devices")).json()) as { items: { id: string; state: string }[] };
		return items.some(({ id, state }) => id === "printer-1" && state === "well");
	}, "the printer is well");
	return box;
}

/** An article, so that goods can be moved. */
function stock(folder: string): void {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	process.umask(0o077);
	const writer = createWriter(folder, flows);
	const records = [{ record: { type: "article", article: { sku: "milk", name: "Milk", version: 1 } } }];
	const args = { stream: "catalog", epoch: "00000000000000e1", from: 1, records, hash: "f".repeat(32) };
	writer.run([{ n: 1, flow: "acceptDown", args, now: moment(noon) }]);
	writer.close();
}

const ask = ({ url, token }: Pick<Box, "url" | "token">, path: string, body?: object): Promise<Response> =>
	fetch(url + path, {
		headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
		...(body && { method: "POST", body: JSON.stringify(body) }),
	});

/** Scans by MQTT, movements and receipts by HTTP, each under an id; an id is noted when its acknowledgement is here. */
function startLoad(box: Box, round: number) {
	const acknowledged = new Set<string>();
	let isOn = true;
	const client = mqtt.connect(box.mqtt, { clientId: `scanner-${round}`, reconnectPeriod: 0 });
	client.on("error", () => {});
	const scanning = async (lane: number): Promise<void> => {
		for (let n = 0; isOn && n < 5_000; n += 1) {
			const id = `scan-${round}-${lane}-${n}`;
			const payload = JSON.stringify({ id, code: "4006381333931" });
			await client.publishAsync(`gondola/1/d/scanner-${lane}/e/scan`, payload, { qos: 1 });
			acknowledged.add(id);
		}
	};
	const posting = async (kind: string, path: string, body: (id: string, n: number) => object, pauseMs: number): Promise<void> => {
		for (let n = 0; isOn && n < 5_000; n += 1) {
			const id = `${kind}-${round}-${n}`;
			const answer = await ask(box, path, body(id, n));
			if (answer.ok) acknowledged.add(id);
			await answer.arrayBuffer();
			await new Promise((resolve) => setTimeout(resolve, pauseMs));
		}
	};
	const occurredAt = new Date().toISOString();
	const moving = (lane: number): Promise<void> =>
		posting(`move-${lane}`, "/api/v1/stock/movements", (id) => ({ id, sku: "milk", quantity: 1, reason: "receive", occurredAt }), 0);
	const receipt = (id: string, n: number): object => ({
		id,
		document: `^^^${round} ${n}\n\nMilch | 1,${String(n).padStart(2, "0")}\n${id}`,
	});
	const ends = [client.connected ? Promise.resolve() : new Promise<void>((resolve) => client.once("connect", () => resolve()))].map((up) =>
		up.then(() => Promise.all([scanning(1), scanning(2), scanning(3)])),
	);
	const all = [...ends, moving(1), moving(2), posting("job", "/api/v1/print-jobs", receipt, 40)].map((one) =>
		Promise.resolve(one).catch(() => {}),
	);
	return {
		acknowledged,
		async stop() {
			isOn = false;
			await client.endAsync(true);
			await Promise.all(all.slice(1));
		},
	};
}

/** Ids that were acknowledged and are not on this box. */
async function missingOn(box: Box, acknowledged: ReadonlySet<string>): Promise<string[]> {
	const here = new Set<string>();
	for (let after: number | string | undefined = 0; after !== undefined; ) {
		const page = (await (await ask(box, `/api/v1/events?after=${after}&limit=500`)).json()) as {
			items: { seq: number; sourceId?: string; movement?: { id: string }; job?: string; id: string }[];
			next?: number;
		};
		for (const { sourceId, movement, job } of page.items)
			for (const id of [sourceId, movement?.id, job]) if (id !== undefined) here.add(id);
		after = page.next;
	}
	const jobs = [...acknowledged].filter((id) => id.startsWith("job-"));
	for (const id of jobs) if ((await ask(box, `/api/v1/print-jobs/${id}`)).status === 200) here.add(id);
	return [...acknowledged].filter((id) => !here.has(id));
}

interface Job {
	id: string;
	state: string;
}

async function jobsOf(box: Box): Promise<Job[]> {
	const { items } = (await (await ask(box, "/api/v1/print-jobs?limit=500")).json()) as { items: Job[] };
	return items;
}

const settled = (box: Box): Promise<void> =>
	until(async () => (await jobsOf(box)).every(({ state }) => state !== "queued" && state !== "printing"), "every receipt has come to rest");

/** The box that was replaced is switched on again; answers it gives to clients. */
async function answersOfOld(config: string): Promise<number> {
	const program = startProgram("run", "--config", config);
	try {
		const [, url, broker] = await program.until(/cockpit (http\S+) +mqtt (mqtt\S+)/);
		const data = /data: (\S+)/.exec(readFileSync(config, "utf8"))![1]!;
		const box = { url: url!, token: readFileSync(join(data, "secrets", "box.token"), "utf8").trim() };
		let given = 0;
		const occurredAt = new Date().toISOString();
		for (let n = 0; n < 5; n += 1) {
			const move = { id: `late-${n}`, sku: "milk", quantity: 1, reason: "receive", occurredAt };
			if ((await ask(box, "/api/v1/stock/movements", move)).ok) given += 1;
			if ((await ask(box, "/api/v1/print-jobs", { id: `late-job-${n}`, document: "late" })).ok) given += 1;
		}
		const client = mqtt.connect(broker!, { clientId: "late", reconnectPeriod: 0 });
		client.on("error", () => {});
		const heard = client
			.publishAsync("gondola/1/d/scanner-1/e/scan", JSON.stringify({ id: "late", code: "4006381333931" }), { qos: 1 })
			.then(
				() => true,
				() => false,
			);
		const late = await Promise.race([heard, new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 500))]);
		await client.endAsync(true).catch(() => {});
		return given + (late ? 1 : 0);
	} finally {
		program.kill();
		await program.gone;
	}
}
