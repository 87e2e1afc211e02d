import type { Alarm } from "../../words/alarm.ts";
import { ask, deskOptions, deskUrl, deskUsage, Refused } from "../verb/ask.ts";
import { json } from "../verb/output.ts";
import { read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola doctor: what is wrong, and the fix\n\n${deskUsage}`;

interface Finding {
	level: string;
	about: string;
	what: string;
	do: string;
	healsByItself: boolean;
}

export const doctor: Verb = {
	summary: "what is wrong, and the fix",
	usage,
	async run(args) {
		const given = read(args, usage, deskOptions);
		if (typeof given === "number") return given;
		const base = await deskUrl(given.values.url);
		const findings: Finding[] = [];
		try {
			const { items } = await ask<{ items: Alarm[] }>(base, "/api/v1/alarms", { token: given.values.token });
			for (const alarm of items)
				findings.push({ level: alarm.level, about: alarm.subject, what: alarm.what, do: alarm.do, healsByItself: alarm.healsByItself });
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			findings.push({
				level: "RED",
				about: "gateway",
				what: error.message,
				do: "Look at its log: journalctl -u gondola -n 50",
				healsByItself: false,
			});
		}
		if (given.values.json) json({ findings });
		else if (findings.length === 0) say("nothing is wrong");
		else
			for (const it of findings)
				say(
					`${it.level.padEnd(6)} ${it.about}\n       ${it.what}\n` +
						`       → ${it.do}${it.healsByItself ? " (it will also be tried again by itself)" : ""}`,
				);
		return findings.some((it) => it.level === "RED") ? 1 : 0;
	},
};
