import type { MadeCode } from "../../../hq/members/members.ts";
import { json } from "../../verb/output.ts";
import { fail, say } from "../../verb/verb.ts";
import type { AskOffice } from "../office.ts";

/** Makes the code that a member's app would show at the till. */
export async function hqMembers(
	ask: AskOffice,
	[act, member]: string[],
	{ tier, seconds, json: asJson }: { tier?: string; seconds?: string; json?: boolean },
	usage: string,
): Promise<number> {
	if (act !== "code" || member === undefined || tier === undefined) return fail(2, usage);
	const body = { member, tier, ...(seconds !== undefined && { seconds: Number(seconds) }) };
	const made = await ask<MadeCode>("/api/v1/members/codes", { method: "POST", body });
	if (asJson) return json(made);
	say(made.code);
	return 0;
}
