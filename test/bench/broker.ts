/**
 * Our broker next to Debian's mosquitto: the same load, runs that alternate, medians over rounds.
 *
 *   node test/bench/broker.ts [--rounds=3] [name …]
 *
 * mosquitto keeps nothing on disk here; ours has each scan in a committed fact before its PUBACK.
 */

import { ackLatency, drainSeconds, factRate, fanOutRate, idleMemory, ingestRate, silenceMs, throughRate } from "./broker-scenarios.ts";
import { hasMosquitto, machineCpuSeconds, startGondola, startMosquitto, type Target } from "./broker-targets.ts";
import { medianOf, pause } from "./mqtt-load.ts";

export interface BenchResult {
	name: string;
	median: number;
	unit: string;
	/** Ours over mosquitto's: above 1 is more. */
	ratio?: number;
	note?: string;
}

interface Scenario {
	name: string;
	unit: string;
	/** Memory needs a process that has seen nothing else. */
	isFresh?: boolean;
	measure(target: Target): Promise<number>;
}

const many = { publishers: 50, window: 20, ms: 2_000 } as const;
const shortest = { ...many, ms: 600 } as const;

const older: Scenario[] = [
	{ name: "scan-through", unit: "msg/s", measure: (target) => throughRate(target, { kind: "scan", ...many }) },
	{ name: "scan-ingest", unit: "msg/s", measure: (target) => ingestRate(target, { kind: "scan", ...many }) },
	{ name: "scan-facts", unit: "msg/s", measure: (target) => factRate(target, { kind: "scan", ...many, ms: 10_000 }) },
	{ name: "plain-through", unit: "msg/s", measure: (target) => throughRate(target, { kind: "plain", ...many }) },
	{ name: "plain-ingest", unit: "msg/s", measure: (target) => ingestRate(target, { kind: "plain", ...many }) },
	{ name: "fan-out-500", unit: "msg/s", measure: (target) => fanOutRate(target, 500, 10, 2_000) },
	{ name: "scan-puback-p99", unit: "ms", measure: async (target) => (await ackLatency(target, "scan", 2_000, 4_000)).p99 },
	{ name: "plain-puback-p99", unit: "ms", measure: async (target) => (await ackLatency(target, "plain", 2_000, 4_000)).p99 },
	{ name: "offline-drain", unit: "s", measure: (target) => drainSeconds(target, 10, 10_000) },
	{ name: "frozen-subscriber", unit: "ms", measure: (target) => silenceMs(target, 3_000) },
	{ name: "idle-5000", unit: "MiB", isFresh: true, measure: async (target) => (await idleMemory(target, 5_000)).with },
];

/** The same by clients of MQTT 5. */
const fives = older.map(({ name, measure, ...scenario }) => ({
	...scenario,
	name: `${name}-v5`,
	measure: (target: Target) => measure({ ...target, version: 5 }),
}));
const scenarios = [...older, ...fives];

export async function benchBroker({
	rounds = 3,
	only = [] as readonly string[],
	log = (_line: string): void => {},
} = {}): Promise<BenchResult[]> {
	const wanted = scenarios.filter((one) => only.length === 0 || only.includes(one.name));
	const starts = hasMosquitto ? [startGondola, startMosquitto] : [startGondola];
	const results: BenchResult[] = [];
	const warm = await Promise.all(starts.map((start) => start()));
	for (const target of warm) for (const kind of ["scan", "plain"] as const) await throughRate(target, { kind, ...shortest });
	for (const target of warm) await target.settled();
	try {
		for (const scenario of wanted) {
			const seen: Record<string, number[]> = { gondola: [], mosquitto: [] };
			const cpu: Record<string, number[]> = { gondola: [], mosquitto: [] };
			const busy = watchOthers(warm);
			for (let round = 0; round < rounds; round++) {
				for (const [index, start] of starts.entries()) {
					const target = scenario.isFresh ? await start() : warm[index]!;
					const before = target.cpuSeconds();
					const value = await scenario.measure(target);
					seen[target.name]!.push(value);
					cpu[target.name]!.push(target.cpuSeconds() - before);
					log(
						`${scenario.name} ${target.name} round ${round + 1}: ${shown(value)} ${scenario.unit}, cpu ${(target.cpuSeconds() - before).toFixed(2)} s`,
					);
					if (scenario.isFresh) await target.stop();
					else await target.settled();
					await pause(200);
				}
			}
			const ours = medianOf(seen["gondola"]!);
			const others = `others on the machine ${busy().toFixed(2)} cores`;
			const theirs = hasMosquitto ? medianOf(seen["mosquitto"]!) : undefined;
			results.push({
				name: `broker ${scenario.name}`,
				median: ours,
				unit: scenario.unit,
				...(theirs !== undefined && {
					ratio: ours / theirs,
					note: `mosquitto ${shown(theirs)} ${scenario.unit} (${seen["mosquitto"]!.map(shown).join(", ")}); ours (${seen["gondola"]!.map(shown).join(", ")}); ${others}`,
				}),
			});
		}
	} finally {
		for (const target of warm) await target.stop();
	}
	return results;
}

/** Cores that processes other than ours kept busy since the call: figures from a shared machine need it to be read. */
function watchOthers(targets: readonly Target[]): () => number {
	const ours = (): number => {
		const { user, system } = process.cpuUsage();
		return (user + system) / 1e6 + targets.reduce((sum, target) => sum + target.cpuSeconds(), 0);
	};
	const from = performance.now();
	const before = machineCpuSeconds() - ours();
	return () => Math.max(0, (machineCpuSeconds() - ours() - before) / ((performance.now() - from) / 1_000));
}

const shown = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2));

if (import.meta.main) {
	const args = process.argv.slice(2);
	const rounds = Number(args.find((arg) => arg.startsWith("--rounds="))?.slice(9) ?? 3);
	const only = args.filter((arg) => !arg.startsWith("--"));
	const results = await benchBroker({ rounds, only, log: (line) => console.log(line) });
	for (const { name, median, unit, ratio, note } of results) {
		console.log(
			`${name.padEnd(28)} ${shown(median).padStart(9)} ${unit.padEnd(6)} ${ratio === undefined ? "" : `×${ratio.toFixed(2)}`}  ${note ?? ""}`,
		);
	}
}
