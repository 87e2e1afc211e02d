import type { HqAlarm } from "../../../words/answers/head-office/alarms.ts";
import type { Readiness } from "../../../words/answers/head-office/readiness.ts";
import type { StoreAtHq } from "../../../words/answers/head-office/stores.ts";
import type { List } from "../../../words/answers/list.ts";
import { json } from "../../verb/output.ts";
import { everyItem } from "../../verb/pages.ts";
import { say } from "../../verb/verb.ts";
import type { AskOffice } from "../office.ts";

type Finding = Pick<HqAlarm, "code" | "what" | "do">;

/** Looks at head office as a whole: exit 0, nothing to do; 1, something to do. */
export async function hqDoctor(ask: AskOffice, asJson: boolean): Promise<number> {
	const findings = [...(await unready(ask)), ...(await alarms(ask)), ...(await stores(ask)), ...(await webhooks(ask))];
	if (asJson) json({ well: findings.length === 0, findings });
	else if (findings.length === 0) say("head office is well: database, line and disk answer, every store is connected, no alarm stands");
	else for (const { what, do: remedy } of findings) say(`${what}\n  ${remedy}`);
	return findings.length === 0 ? 0 : 1;
}

async function unready(ask: AskOffice): Promise<Finding[]> {
	// Not /readyz itself: not ready is an answer here, and no error.
	const { database, line, disk } = await ask<Readiness>("/readyz?always=true");
	const remedies: Record<string, [string, string]> = {
		database: [database, "Start the database, or see that head office reaches it. Nothing that was acknowledged is lost."],
		line: [line, "Start the stores' broker, and see that head office may sign in there. Stores go on by themselves meanwhile."],
		disk: [disk ?? "well", "Free space where head office keeps its data: `df -h`, `du -xh / | sort -h | tail`."],
	};
	return Object.entries(remedies).flatMap(([part, [state, remedy]]) =>
		state === "well" ? [] : [{ code: `${part}-away`, what: `The ${part} of head office: ${state}.`, do: remedy }],
	);
}

const alarms = async (ask: AskOffice): Promise<Finding[]> =>
	(await ask<List<HqAlarm>>("/api/v1/alarms")).items.map(({ code, what, do: remedy }) => ({ code, what, do: remedy }));

const namesMost = 12;

async function stores(ask: AskOffice): Promise<Finding[]> {
	const all = await everyItem("/api/v1/stores?limit=1000", (path) => ask<List<StoreAtHq>>(path));
	const away = all.filter(({ connected }) => !connected).map(({ id }) => id);
	if (away.length === 0) return [];
	const first = away.slice(0, namesMost).join(", ");
	return [
		{
			code: "stores-away",
			what: `Stores that are not connected: ${away.length} (${first}${away.length > namesMost ? " …" : ""}).`,
			do: "They sell on by themselves. See `gondola hq stores` for how long, and in a store `gondola doctor` for why.",
		},
	];
}

const webhooks = async (ask: AskOffice): Promise<Finding[]> =>
	(await ask<{ items: { id: string; state: string; url: string; lastError: string | null }[] }>("/api/v1/webhooks")).items
		.filter(({ state }) => state === "failing")
		.map(({ id, url, lastError }) => ({
			code: "webhook-failing",
			what: `Webhook ${id} cannot deliver to ${url}: ${lastError ?? "no answer"}.`,
			do: "Look whether the other program runs and takes calls; what waits is sent in order when it does.",
		}));
