/** Alarms that have one cause are shown as one group: six cables pulled at once are one failed hub, not six faults. */
import type { Alarm, AlarmLevel } from "../../../words/alarm.ts";

export interface AlarmGroup {
	/** A group of one alarm has that alarm's id. */
	id: string;
	/**
	 * `cables`, `network`: begun at nearly the same time at different devices, so probably of one cause. `kind`: one fault at many
	 * devices.
	 */
	cause: "single" | "cables" | "network" | "kind";
	level: AlarmLevel;
	alarms: Alarm[];
}

const cables = new Set(["port-missing", "port-lost", "device-silent", "scale-silent", "fiscal-silent"]);
const network = new Set(["host-unreachable", "host-refused", "base-station-silent"]);

/** This many alarms within this many milliseconds count as one cause. */
const togetherFrom = 3;
const togetherWithinMs = 120_000;
/** From this many alarms of one code on they are grouped, whenever they began. */
const kindFrom = 4;
/** Codes of alarms that a person decides one by one: they are never grouped. */
const decided = new Set([
	"printer-in-doubt",
	"paper-label-in-doubt",
	"shelf-unknown-change",
	"shelf-which-article",
	"shelf-offline-change",
]);

const rank: Record<AlarmLevel, number> = { RED: 0, YELLOW: 1, BLUE: 2 };

function worst(alarms: readonly Alarm[]): AlarmLevel {
	return alarms.map(({ level }) => level).sort((a, b) => rank[a] - rank[b])[0]!;
}

/** Alarms with one of `codes` that began within `togetherWithinMs` of the first of their run, at `togetherFrom` devices at least. */
function together(alarms: readonly Alarm[], codes: ReadonlySet<string>): Alarm[][] {
	const candidates = alarms.filter(({ code }) => codes.has(code)).sort((a, b) => Date.parse(a.since) - Date.parse(b.since));
	const runs: Alarm[][] = [];
	for (const alarm of candidates) {
		const run = runs.at(-1);
		if (run && Date.parse(alarm.since) - Date.parse(run[0]!.since) <= togetherWithinMs) run.push(alarm);
		else runs.push([alarm]);
	}
	return runs.filter((run) => new Set(run.map(({ subject }) => subject)).size >= togetherFrom);
}

/** Groups in the order of their worst level. Expects the list with the worst alarms first. */
export function groupAlarms(alarms: readonly Alarm[]): AlarmGroup[] {
	const taken = new Map<string, AlarmGroup>();
	const take = (cause: AlarmGroup["cause"], members: Alarm[]): void => {
		const group = { id: `${cause}:${members[0]!.id}`, cause, level: worst(members), alarms: members };
		for (const { id } of members) taken.set(id, group);
	};
	for (const run of together(alarms, cables)) take("cables", run);
	for (const run of together(alarms, network)) take("network", run);
	for (const code of new Set(alarms.map((alarm) => alarm.code))) {
		const same = alarms.filter((alarm) => alarm.code === code && !taken.has(alarm.id));
		if (same.length >= kindFrom && !decided.has(code)) take("kind", same);
	}
	const groups = alarms.map(
		(alarm) => taken.get(alarm.id) ?? { id: alarm.id, cause: "single" as const, level: alarm.level, alarms: [alarm] },
	);
	return [...new Set(groups)].sort((a, b) => rank[a.level] - rank[b.level]);
}
