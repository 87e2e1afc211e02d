import { refusalInWords } from "../../trust/refusal-kinds.ts";
import type { ReplicaInShort, StoreStatus } from "../../words/answers/store-status.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { ago, json } from "../verb/output.ts";
import { read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola status: the store at a glance\n\n${deskUsage}`;

export const status: Verb = {
	summary: "the store at a glance",
	usage,
	async run(args) {
		const given = read(args, usage, deskOptions, 0);
		if (typeof given === "number") return given;
		const it = await ask<StoreStatus>(await deskUrl(given.values.url), "/api/v1/status", { token: given.values.token });
		if (given.values.json) return json(it);
		const hq = lineInWords(it.hq);
		const left = it.hq.offlineDaysLeft === null ? "" : `, ${it.hq.offlineDaysLeft} days of offline left`;
		say(`store    ${it.store}   gondola ${it.version}`);
		const oldest = it.hq.factsWaiting > 0 ? `, the oldest for ${it.hq.oldestSeconds} s` : "";
		say(`hq       ${hq}; ${countedFacts(it.hq.factsWaiting)} waiting${oldest}${left}`);
		for (const line of doubtsInWords(it.hq)) say(line);
		say(
			`labels   ${it.labels.shown} of ${it.labels.total} show what they should; ${it.labels.pending} pending, ${it.labels.failed} failed`,
		);
		if (it.prices && (it.prices.held > 0 || it.prices.frozen))
			say(
				`prices   ${it.prices.held} held (gondola prices held)` +
					`${it.prices.frozen ? `; frozen since ${it.prices.frozen.since} by ${it.prices.frozen.by}` : ""}`,
			);
		say(
			`devices  ${Object.entries(it.devices)
				.map(([name, n]) => `${n} ${name}`)
				.join(", ")}`,
		);
		if (it.broker) say(`broker   ${it.broker.clients} clients${refusedInWords(it.broker.refused)}`);
		say(
			`alarms   ${it.alarms.red} red, ${it.alarms.yellow} yellow, ${it.alarms.blue} blue` +
				`${it.alarms.red + it.alarms.yellow > 0 ? "   (gondola alarms)" : ""}`,
		);
		if (it.replica) say(`copy     ${replicaInWords(it.replica)}`);
		say(`ledger   ${(it.ledger.bytes / 1e6).toFixed(1)} MB, ${(it.ledger.freeBytes / 1e9).toFixed(1)} GB free on its disk`);
		return 0;
	},
};

function refusedInWords(refused: Record<string, number>): string {
	const reasons = Object.entries(refused).map(([reason, count]) => `${count} ${reason}`);
	return reasons.length === 0 ? "" : `; refused since the start: ${reasons.join(", ")}`;
}

/** Refused messages in head office's name, and records of head office that do not arrive. */
function doubtsInWords({ refused = {}, withheld = 0 }: StoreStatus["hq"]): string[] {
	const reasons = Object.entries(refused).map(([kind, count]) => `${count} ${refusalInWords(kind, "en")}`);
	return [
		...(reasons.length > 0 ? [`refused  in head office's name since the start: ${reasons.join(", ")}   (gondola alarms)`] : []),
		...(withheld > 0 ? [`missing  ${withheld} records that head office said and that do not arrive   (gondola alarms)`] : []),
	];
}

/** Three states: connected, out of reach and why, or none configured. */
function lineInWords({ configured, connected, lastContact, why }: StoreStatus["hq"]): string {
	if (configured === false) return "no head office is configured; the store stands alone";
	if (connected) return `connected, last contact ${ago(lastContact)}`;
	return `out of reach, last contact ${ago(lastContact)}${why ? ` (${why})` : ""}`;
}

/** Where the continuous copy is, and whether it has everything. */
function replicaInWords({ to, mode, state, why, copiedAt, percent }: ReplicaInShort): string {
	const states = {
		following: "has everything",
		base: `is being made${percent === null ? "" : `, ${percent} %`}`,
		away: `is away${why === null ? "" : ` (${why})`}; it had everything ${ago(copiedAt)}`,
		behind: `is behind${why === null ? "" : ` (${why})`}; it had everything ${ago(copiedAt)}`,
		"taken-over": "was taken over by another box; this one acknowledges nothing",
	};
	return `${to} ${states[state]} (${mode})`;
}

const countedFacts = (facts: number): string => `${facts} ${facts === 1 ? "fact" : "facts"}`;
