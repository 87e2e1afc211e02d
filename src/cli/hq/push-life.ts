import type { RailsView } from "../../words/answers/head-office/guard-rails.ts";
import type { MatrixRow, MovedPush, Push } from "../../words/answers/head-office/pushes.ts";
import type { PushWave } from "../../words/answers/head-office/waves.ts";
import { json, table } from "../verb/output.ts";
import { fail, say } from "../verb/verb.ts";
import type { AskOffice } from "./office.ts";
import { showHeld } from "./push.ts";

const columns = [
	"changes",
	"sent",
	"stored",
	"active",
	"shown",
	"unlabelled",
	"failed",
	"masked",
	"neverInForce",
	"held",
	"waiting",
	"wentOn",
	"unsupported",
] as const;

const titles: Readonly<Record<string, string>> = { neverInForce: "never in force", wentOn: "went on" };

/** Prints how far a push, or the newest pushes, are in each store; for one push also what is held and why. */
export async function showMatrix(ask: AskOffice, push: string | undefined, asJson: boolean): Promise<number> {
	const { items } = await ask<{ items: MatrixRow[] }>(`/api/v1/matrix${push === undefined ? "" : `?push=${encodeURIComponent(push)}`}`);
	if (asJson) return json({ items });
	const labels = ({ labels: of }: MatrixRow): string => (of ? `${of.shown} of ${of.total}` : "");
	say(
		table(
			["push", "state", "store", "wave", ...columns.map((name) => titles[name] ?? name), "labels", "masked by"],
			items.map((it) => [
				it.push,
				it.state,
				it.store,
				it.wave === undefined ? "" : it.waits ? `${it.wave} waits` : String(it.wave),
				...columns.map((name) => String(it[name])),
				labels(it),
				(it.maskedBy ?? []).map((by) => `push ${by}`).join(", "),
			]),
		),
	);
	if (push === undefined) return 0;
	const { heldReasons, waves } = await ask<Push>(`/api/v1/pushes/${encodeURIComponent(push)}`);
	showHeld(heldReasons);
	if (waves) showWaves(waves);
	return 0;
}

function showWaves(waves: readonly PushWave[]): void {
	const whom = ({ group, percent }: PushWave): string => group ?? (percent === undefined ? "all" : `${percent} %`);
	say(
		table(
			["wave", "stores", "of", "state", "opened", "until", "shown", "failed labels", "red alarms", "by"],
			waves.map((wave) => [
				String(wave.n),
				String(wave.stores),
				whom(wave),
				wave.state,
				wave.openedAt ?? "",
				wave.closedAt ?? wave.watchedUntil ?? "",
				wave.measured ? `${wave.measured.shown} of ${wave.measured.due} (${wave.measured.shownPercent} %)` : "",
				wave.measured ? String(wave.measured.failedLabels) : "",
				wave.measured ? String(wave.measured.redAlarms) : "",
				wave.by ?? "",
			]),
		),
	);
	for (const { halt, state } of waves) if (halt && state === "halted") say(`${halt.what} ${halt.do}`);
}

const done: Readonly<Record<string, string>> = {
	withdraw: "taken back",
	end: "ended early",
	release: "released",
	hold: "held",
	resume: "let go on",
};

export async function movePush(
	ask: AskOffice,
	act: "withdraw" | "end" | "release" | "hold" | "resume",
	push: string,
	{ sku, at, json: asJson }: { sku?: string; at?: string; json?: boolean },
): Promise<number> {
	const body = { ...(sku !== undefined && { skus: sku.split(",") }), ...(act === "end" && at !== undefined && { at }) };
	const answer = await ask<MovedPush>(`/api/v1/pushes/${encodeURIComponent(push)}/${act}`, { method: "POST", body });
	if (asJson) return json(answer);
	const back = answer.restoredBy ? ` What was in force before comes back: gondola hq matrix ${answer.restoredBy}` : "";
	say(`push ${push}: ${answer.moved} changes ${done[act]}; it is ${answer.state}.${back}`);
	return 0;
}

/**
 * Reads `currencies=EUR,USD`, `quietHours=22:00-06:00`, `clearance=90`, a number, or an empty value, which switches the rail off; undefined
 * for anything else.
 */
function railOf(text: string): [string, unknown] | undefined {
	const [, name, value] = /^([a-zA-Z]+)=(.*)$/.exec(text) ?? [];
	if (name === undefined || value === undefined) return undefined;
	if (name === "currencies") return [name, value === "" ? [] : value.split(",")];
	if (value === "") return [name, null];
	if (name === "quietHours") {
		const [from, to] = value.split("-");
		return [name, { from, to }];
	}
	if (name === "clearance") return [name, { maxCutPercent: Number(value) }];
	return Number.isFinite(Number(value)) ? [name, Number(value)] : undefined;
}

export async function guardRails(
	ask: AskOffice,
	[act = "show", ...words]: string[],
	{ store, json: asJson }: { store?: string; json?: boolean },
	usage: string,
): Promise<number> {
	const path = `/api/v1/guard-rails${store === undefined ? "" : `?store=${encodeURIComponent(store)}`}`;
	switch (act) {
		case "show": {
			const answer = await ask<RailsView>(path);
			if (asJson) return json(answer);
			const { proposals, history, store: _, ...rails } = answer;
			const shown = (value: unknown): string =>
				value === null ? "off" : typeof value === "object" ? JSON.stringify(value) : String(value);
			say(
				table(
					["rail", "value"],
					Object.entries(rails).map(([name, value]) => [name, shown(value)]),
				),
			);
			for (const { proposal, rails: change, by, at } of proposals)
				say(`waits for another person: ${JSON.stringify(change)}, proposed by ${by} at ${at}: gondola hq rails approve ${proposal}`);
			for (const { rails: change, by, approvedBy, approvedAt } of history)
				say(`${approvedAt}   ${JSON.stringify(change)}   proposed by ${by}, approved by ${approvedBy}`);
			return 0;
		}
		case "set": {
			const rails = words.map(railOf);
			if (rails.length === 0 || rails.includes(undefined)) return fail(2, usage);
			const answer = await ask<{ proposal: number }>(path, { method: "PUT", body: Object.fromEntries(rails as [string, unknown][]) });
			if (asJson) return json(answer);
			say(`proposed; it counts once another person approves it: gondola hq rails approve ${answer.proposal}`);
			return 0;
		}
		case "approve": {
			const [proposal] = words;
			if (proposal === undefined) return fail(2, usage);
			const answer = await ask<object>(`/api/v1/guard-rails/${encodeURIComponent(proposal)}/approve`, { method: "POST", body: {} });
			if (asJson) return json(answer);
			say(`guard rails ${proposal} count from now on`);
			return 0;
		}
		default:
			return fail(2, usage);
	}
}
