import { z } from "zod";
import type { Actor } from "../../../words/actor.ts";
import { defined } from "../../../words/defined.ts";
import type { SettingsChange, SettingsSaved } from "../../../words/settings/setting.ts";
import type { Audit } from "../../ledger-view.ts";
import { Problem } from "../../problems.ts";
import { json, type Route, route } from "../../route.ts";
import { instantOut, integer, listOf, named, noted } from "../../schemas.ts";
import { type SettingsDesk, SettingsNotTaken } from "./settings-port.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const field = named(
	"Setting",
	z.object({
		path: z.string(),
		kind: z.enum(["text", "number", "boolean", "choice", "fixed", "yaml"]),
		description: z.string(),
		value: noted(scalar.nullable(), "In the file; of the kind yaml as YAML text").optional(),
		usual: noted(scalar.nullable(), "What counts where the file does not have it").optional(),
		choices: z.array(z.union([z.string(), z.number()])).optional(),
		isNeeded: z.literal(true).optional(),
		isHidden: noted(z.literal(true), "A part of it is a secret and not shown").optional(),
	}),
);
const section = named(
	"SettingsSection",
	z.object({
		name: z.string(),
		description: z.string(),
		fields: z.array(field),
		entries: z.array(z.object({ path: z.string(), name: z.string(), fields: z.array(field) })).optional(),
		count: integer.optional(),
	}),
);
const fault = z.object({ path: z.string(), message: z.string() });
const version = z.object({ n: integer, at: instantOut, by: z.string(), what: z.string(), isCurrent: z.boolean() });
const restart = noted(
	z.array(z.string()),
	"Sections that are others than those with which the gateway runs: they count from its next start",
);
const revision = noted(z.string(), "Changes with every byte of the file; a change names the one it was made from");
const settings = named(
	"Settings",
	z.object({
		file: noted(z.string().nullable(), "Null in the demo, which makes its configuration itself at each start"),
		...{ revision, restart },
		whyNot: noted(z.string().nullable(), "Why nothing can be saved here; null: it can"),
		text: noted(z.string(), "The whole file with its comments, secrets hidden"),
		faults: z.array(fault),
		sections: z.array(section),
		version: version.nullable(),
	}),
);
const diff = z.array(z.object({ kind: z.enum(["same", "removed", "added"]), line: integer, text: z.string() }));
const draft = named("SettingsDraft", z.object({ diff, faults: z.array(fault), restart }));
const saved = named(
	"SettingsSaved",
	z.object({ revision, version: integer, what: z.string(), restart, isChanged: noted(z.boolean(), "False: the file said so already") }),
);

const yamlText = z.string().max(200_000);
const edit = z
	.strictObject({
		path: z.string().min(1).max(200),
		value: scalar.optional(),
		yaml: noted(yamlText, "The value as YAML").optional(),
		add: noted(yamlText, "A further entry of the list, as YAML").optional(),
		remove: z.literal(true).optional(),
	})
	.refine((each) => countOf(each.value, each.yaml, each.add, each.remove) === 1, "one of value, yaml, add and remove");
const oneOfBoth = "either edits or text";
const parts = {
	edits: z.array(edit).min(1).max(500).optional(),
	text: noted(z.string().min(1).max(250_000), "The whole file").optional(),
};
const change = z.strictObject(parts).refine(({ edits, text }) => countOf(edits, text) === 1, oneOfBoth);
const revisionIn = z.string().min(1).max(64);
const changeOf = z.strictObject({ revision: revisionIn, ...parts }).refine(({ edits, text }) => countOf(edits, text) === 1, oneOfBoth);

const countOf = (...given: unknown[]): number => given.filter((each) => each !== undefined).length;

const url = "/api/v1/settings";
const room = "settings";

/** The configuration of this gateway: read, checked, changed with its comments kept, and its last versions. */
export function settingsRoutes(desk: SettingsDesk, audit: Audit): Route[] {
	return [...reading(desk), ...changing(desk, audit)];
}

function reading(desk: SettingsDesk): Route[] {
	return [
		route({
			method: "GET",
			url,
			room,
			right: "settings.read",
			summary: "gondola.yaml: its text, each setting with its description and default, and what waits for a restart",
			answers: { 200: settings },
			problems: [],
			run: () => json(desk.read()),
		}),
		route({
			method: "POST",
			url: `${url}/check`,
			room,
			right: "settings.write",
			// Nothing is changed, so there is nothing to audit.
			keepsActor: true,
			summary: "What a change would do: the lines that differ, what is wrong with it, and what it restarts. Nothing is written",
			body: change,
			answers: { 200: draft },
			problems: [400],
			run: ({ body }) => json(orProblem(() => desk.check(plain(body)))),
		}),
		route({
			method: "GET",
			url: `${url}/versions`,
			room,
			right: "settings.read",
			summary: "The last 20 versions of gondola.yaml, the newest first",
			answers: { 200: listOf(version) },
			problems: [],
			run: () => json({ items: desk.versions() }),
		}),
		route({
			method: "GET",
			url: `${url}/versions/{n}`,
			room,
			right: "settings.read",
			summary: "What going back to a version would change",
			path: z.strictObject({ n: z.coerce.number().int().min(1).max(1e9) }),
			answers: { 200: draft },
			problems: [404],
			run: ({ path: { n } }) => {
				const found = desk.goingBack(n);
				if (!found) throw new Problem("settings-version-unknown", `There is no version ${n}.`);
				return json(found);
			},
		}),
	];
}

function changing(desk: SettingsDesk, audit: Audit): Route[] {
	const kept = async (act: "config-set" | "config-undo", by: Actor, work: () => Promise<SettingsSaved>) => {
		try {
			const done = await work();
			if (done.isChanged) audit({ what: act, by, subject: done.what.slice(0, 300) });
			return json(done);
		} catch (error) {
			throw problemFor(error);
		}
	};
	return [
		route({
			method: "PUT",
			url,
			room,
			right: "settings.write",
			keepsActor: true,
			summary:
				"Changes gondola.yaml and keeps its comments: some settings (`edits`), or the whole text. 409 where it is not `revision` any more",
			body: changeOf,
			answers: { 200: saved },
			problems: [400, 409],
			run: ({ body, by }) => kept("config-set", by.actor, () => desk.save(plain(body), { name: by.actor.name, revision: body.revision })),
		}),
		route({
			method: "POST",
			url: `${url}/undo`,
			room,
			right: "settings.write",
			keepsActor: true,
			summary: "Goes back to the version from which the current one was made, or to the one that is named",
			body: z.strictObject({ revision: revisionIn, version: integer.min(1).optional() }),
			answers: { 200: saved },
			problems: [400, 404, 409],
			run: ({ body, by }) => kept("config-undo", by.actor, () => desk.undo(body.version, { name: by.actor.name, revision: body.revision })),
		}),
	];
}

function plain({ edits, text }: z.output<typeof change>): SettingsChange {
	if (text !== undefined) return { text };
	return { edits: (edits ?? []).map(({ remove: _, path, value, yaml, add }) => ({ path, ...defined({ value, yaml, add }) })) };
}

function orProblem<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw problemFor(error);
	}
}

const codes = {
	moved: "settings-moved",
	wrong: "settings-wrong",
	"not-writable": "settings-not-writable",
	"no-version": "settings-version-unknown",
} as const;

function problemFor(error: unknown): unknown {
	if (!(error instanceof SettingsNotTaken)) return error;
	const { faults } = error;
	return new Problem(codes[error.why], error.message, faults.length > 0 ? { errors: [...faults] } : {});
}
