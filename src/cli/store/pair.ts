import type { PendingDevice } from "../../broker/access/pairing.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, table } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola pair open [--minutes N]    lets new MQTT devices knock, at most 5 minutes (default 5)
gondola pair list                  who has knocked
gondola pair approve DEVICE        lets one of them in; compare the fingerprint with the device first
gondola pair close

${deskUsage}`;

export const pair: Verb = {
	summary: "let a new MQTT device in: open the window, see who knocks, approve",
	usage,
	async run(args) {
		const given = read(args, usage, { ...deskOptions, minutes: { type: "string" } });
		if (typeof given === "number") return given;
		const {
			values,
			words: [verb, device],
		} = given;
		const base = await deskUrl(values.url);
		const token = values.token;
		switch (verb) {
			case "open":
			case "close": {
				const minutes = verb === "close" ? 0 : Number(values.minutes ?? 5);
				const { until } = await ask<{ until: string | null }>(base, "/api/v1/pairing", { method: "POST", token, body: { minutes } });
				if (values.json) return json({ until });
				say(until === null ? "pairing is closed" : `devices may knock until ${until}. Now switch the device on; then: gondola pair list`);
				return 0;
			}
			case "list": {
				const { items } = await ask<{ items: PendingDevice[] }>(base, "/api/v1/pairing", { token });
				if (values.json) return json({ items });
				say(
					items.length === 0
						? "nobody has knocked"
						: table(
								["device", "from", "at", "fingerprint"],
								items.map((each) => [each.device, each.address, each.at, each.fingerprint]),
							),
				);
				return 0;
			}
			case "approve":
				if (device === undefined) return fail(2, usage);
				await ask(base, `/api/v1/pairing/${encodeURIComponent(device)}/approve`, { method: "POST", token });
				say(`${device} is let in; its next connection succeeds`);
				return 0;
			default:
				return fail(2, usage);
		}
	},
};
