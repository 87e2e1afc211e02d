import type { Presented } from "../../flows/members/present.ts";
import type { List } from "../../words/answers/list.ts";
import type { Enrolment } from "../../words/members/member.ts";
import type { PointsView } from "../../words/tills/points.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, table } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola members [list]              members whom this store enrolled
gondola members enrol ID --tier T   enrols one, also without the line; ID: what the members' app shall ask head office for codes by
gondola members present CODE        takes a member's code (GM1.…) as a till would
gondola members points PSEUDONYM    what the member has, as head office said, and what may be spent here

${deskUsage}`;

const options = { ...deskOptions, tier: { type: "string" } } as const;

const enrolmentTable = (items: readonly Enrolment[]): string =>
	table(
		["enrolment", "tier", "pseudonym", "state", "at"],
		items.map((it) => [it.id, it.tier, it.pseudonym, it.why === undefined ? it.state : `${it.state}: ${it.why}`, it.at]),
	);

export const members: Verb = {
	summary: "members of the shop: enrolling, codes",
	usage,
	async run(args) {
		const given = read(args, usage, options);
		if (typeof given === "number") return given;
		const { values, words } = given;
		const [act = "list", what] = words;
		const base = await deskUrl(values.url);
		const ofDesk = <T>(path: string, body?: object) => ask<T>(base, path, { token: values.token, ...(body && { method: "POST", body }) });
		if (act === "list" && words.length <= 1) {
			const items = await everyItem("/api/v1/members", (path) => ofDesk<List<Enrolment>>(path));
			if (values.json) return json({ items });
			say(items.length === 0 ? "no member was enrolled here" : enrolmentTable(items));
			return 0;
		}
		if (act === "enrol" && words.length === 2 && values.tier !== undefined) {
			const made = await ofDesk<Enrolment>("/api/v1/members", { id: what, tier: values.tier });
			if (values.json) return json(made);
			say(enrolmentTable([made]));
			return 0;
		}
		if (act === "points" && words.length === 2) {
			const found = await ofDesk<PointsView>(`/api/v1/members/${encodeURIComponent(what!)}/points`);
			if (values.json) return json(found);
			const said =
				found.balance === null ? "head office has said nothing of this member yet" : `${found.balance} points as of ${found.asOf}`;
			say(`${said}; ${found.spendable} may be spent here`);
			return 0;
		}
		if (act !== "present" || words.length !== 2) return fail(2, usage);
		const shown = await ofDesk<Presented>("/api/v1/members/present", { code: what });
		if (values.json) return json(shown);
		say(`member ${shown.pseudonym} of tier ${shown.tier}${shown.timeChecked ? "" : "; the time could not be checked"}`);
		return 0;
	},
};
