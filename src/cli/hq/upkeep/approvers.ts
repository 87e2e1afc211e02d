import { join } from "node:path";
import type { PasskeyPublic } from "../../../access/passkeys.ts";
import { changeApprovers, openKeys } from "../../../hq/enrolment/key-folder.ts";
import type { ApproverList } from "../../../trust/approvers.ts";
import { json } from "../../verb/output.ts";
import { fail, say } from "../../verb/verb.ts";
import type { AskOffice } from "../office.ts";

/** `gondola hq approvers …`, on head office's machine, where the first root is: whose passkeys release what guard rails hold. */
export async function hqApprovers(
	ask: AskOffice,
	[act, word]: readonly (string | undefined)[],
	values: { keys?: string; data?: string; tenant?: string; json?: boolean },
	usage: string,
): Promise<number> {
	const folder = values.keys ?? join(values.data ?? "gondola-hq", "keys");
	const tenant = values.tenant ?? "main";
	const asJson = values.json === true;
	switch (act) {
		case undefined:
		case "list":
			return show((await openKeys(folder, tenant)).approvers, asJson);
		case "add": {
			if (word === undefined) return fail(2, usage);
			const { items } = await ask<{ items: PasskeyPublic[] }>(`/api/v1/users/${encodeURIComponent(word)}/passkeys`);
			if (items.length === 0)
				return fail(1, `${word} has no passkey; make one on head office's page, under the name by which it is opened.`);
			const fresh = items.map(({ label: _, ...key }) => ({ ...key, person: word }));
			const list = await changeApprovers(folder, tenant, ({ demanded, keys }) => ({
				demanded,
				keys: [...keys.filter(({ person }) => person !== word), ...fresh],
			}));
			return show(list, asJson);
		}
		case "remove": {
			if (word === undefined) return fail(2, usage);
			const left = await changeApprovers(folder, tenant, ({ demanded, keys }) => {
				if (!keys.some(({ person }) => person === word)) throw new Error(`${word} is not among the approvers.`);
				return { demanded, keys: keys.filter(({ person }) => person !== word) };
			});
			return show(left, asJson);
		}
		case "demand": {
			if (word !== "on" && word !== "off") return fail(2, usage);
			const list = await changeApprovers(folder, tenant, ({ keys }) => {
				if (word === "on" && keys.length === 0)
					throw new Error("nobody is named yet, so nothing could be released: gondola hq approvers add NAME");
				return { demanded: word === "on", keys };
			});
			return show(list, asJson);
		}
		default:
			return fail(2, usage);
	}
}

function show(list: ApproverList | undefined, asJson: boolean): number {
	const { version = 0, demanded = false, keys = [] } = list ?? {};
	if (asJson) return json({ version, demanded, keys: keys.map(({ person, site, alg, id }) => ({ person, site, alg, id })) });
	say(
		demanded
			? "a release takes the passkey of one of these, in every store:"
			: "a release takes a second person; passkeys are not demanded",
	);
	for (const { person, site, alg, id } of keys) say(`${person}   ${site}   ${alg} ${id.slice(0, 12)}`);
	return 0;
}
