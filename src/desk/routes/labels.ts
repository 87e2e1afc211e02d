import { createHash } from "node:crypto";
import { z } from "zod";
import { defined } from "../../words/defined.ts";
import type { LabelStatus } from "../../words/label.ts";
import type { DeskLedger, PictureOf } from "../ledger-view.ts";
import { limits } from "../limits.ts";
import { Problem } from "../problems.ts";
import { json, page, type Route, route } from "../route.ts";
import { bindIn, idIn, labelIdIn, labelStates, labelStatus, listOf } from "../schemas.ts";

export interface Pictures {
	/** A label's picture as PNG, from the bytes that were sent; undefined while none was drawn. */
	png(label: string, which: PictureOf): Buffer | undefined | Promise<Buffer | undefined>;
	/** The faces this store has; absent: not checked. */
	faces?: readonly string[];
}

const byId = z.strictObject({ id: labelIdIn });

const listed = z.strictObject({
	after: idIn.optional(),
	limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
	state: z.enum(labelStates).optional(),
	sku: z.string().max(64).optional(),
	ids: z
		.string()
		.max(8_000)
		.optional()
		.transform((list) => (list === undefined ? undefined : [...new Set(list.split(",").filter(Boolean))]))
		.refine((ids) => ids === undefined || ids.length <= limits.pageMost, `at most ${limits.pageMost} labels`),
});

/** Throws a problem for a number that no label has. */
function known({ read }: DeskLedger, id: string): LabelStatus {
	const label = read.labels.get(id);
	if (!label) throw new Problem("label-unknown", `No label has the number ${id}.`);
	return label;
}

export function labelRoutes(ledger: DeskLedger, pictures: Pictures): Route[] {
	return [list(ledger), show(ledger), bind(ledger, pictures), preview(ledger, pictures)];
}

function list(ledger: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/labels",
		room: "labels",
		right: "labels.read",
		summary: "Labels with the version wanted, sent and confirmed by the label itself; `ids` asks for some, `sku` for an article's",
		query: listed,
		answers: { 200: listOf(labelStatus) },
		problems: [400, 404],
		run: ({ query: { after, limit, state, ids, ...asked } }) => {
			if (ids || asked.sku !== undefined) {
				const article = asked.sku === undefined ? undefined : ledger.read.articles.find(asked.sku);
				const sku = article?.sku ?? asked.sku;
				const some = ids ? ids.flatMap((id) => ledger.read.labels.get(id) ?? []) : ledger.read.labels.forSku(sku!);
				const rows = some
					.filter((label) => (!state || label.state === state) && (sku === undefined || label.sku === sku))
					.filter((label) => after === undefined || label.id > after)
					.sort((a, b) => (a.id < b.id ? -1 : 1));
				if (rows.length === 0 && sku !== undefined && !article) throw new Problem("article-unknown", `No article has SKU or GTIN ${sku}.`);
				return json(page(rows, limit, (label) => label.id));
			}
			const wanted = { limit: limit + 1, ...defined({ after }), ...(state && { state }) };
			return json(page(ledger.read.labels.list(wanted), limit, (label) => label.id));
		},
	});
}

function show(ledger: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/labels/{id}",
		room: "labels",
		right: "labels.read",
		summary: "One label",
		path: byId,
		answers: { 200: labelStatus },
		problems: [404],
		run: ({ path }) => json(known(ledger, path.id)),
	});
}

function bind(ledger: DeskLedger, pictures: Pictures): Route {
	return route({
		method: "PUT",
		url: "/api/v1/labels/{id}",
		keepsActor: true,
		room: "labels",
		right: "labels.bind",
		summary: "Binds a label to an article (sku null unbinds); its picture follows by itself. With `id`, a repeated act changes nothing",
		path: byId,
		body: bindIn,
		answers: { 200: labelStatus },
		problems: [400, 404, 409, 503],
		run: async ({ path, body, by }) => {
			if (body.face !== undefined && pictures.faces?.includes(body.face) === false)
				throw new Problem("face-unknown", `This store has no face "${body.face}"; it has ${pictures.faces.join(", ")}.`);
			const binding = { label: path.id, sku: body.sku, mustBeKnown: true, ...defined({ face: body.face, id: body.id }) };
			return json(await ledger.do("bindLabel", binding, { actor: by.actor }));
		},
	});
}

function preview(ledger: DeskLedger, pictures: Pictures): Route {
	return route({
		method: "GET",
		url: "/api/v1/labels/{id}/preview.png",
		room: "labels",
		right: "labels.read",
		summary: "The label's picture, decoded from the very bytes that were sent; `of` chooses which, `v` makes it cacheable for ever",
		path: byId,
		query: z.strictObject({
			of: z.enum(["sent", "confirmed", "latest"]).optional(),
			v: z.string().max(40).optional(),
		}),
		answers: { 200: "image/png" },
		problems: [400, 404],
		run: async ({ path, query, request, reply }) => {
			// Without `of`: the picture that was sent last; before the first sending, the one that was drawn.
			const order: PictureOf[] = query.of ? [query.of] : ["sent", "latest"];
			for (const which of order) {
				const png = await pictures.png(path.id, which);
				if (!png) continue;
				const etag = `"${createHash("sha256").update(png).digest("base64url").slice(0, 22)}"`;
				const asAsked = query.v !== undefined && query.v === String(ledger.read.labels.picture(path.id, which)?.version);
				const headers = { etag, "cache-control": asAsked ? "private, max-age=31536000, immutable" : "no-cache" };
				if (request.headers["if-none-match"] === etag) {
					reply.headers(headers);
					return { status: 304, bytes: "", mediaType: "image/png" };
				}
				return { status: 200, bytes: png, mediaType: "image/png", headers };
			}
			const label = known(ledger, path.id);
			throw new Problem(
				"label-not-drawn",
				label.sku === null ? `Label ${path.id} has no article.` : `Label ${path.id} has no such picture.`,
			);
		},
	});
}
