import { guessQuery, mappingBody, mappingsQuery } from "../../mappings/mapping-routes.ts";
import { noQuery } from "../schemas.ts";
import type { Operations } from "./operation.ts";

const at = "2026-12-01T06:00:00.000Z";
const mapping = { name: "rewe", currency: "EUR", decimal: ",", columns: { sku: "Artikelnr", name: "Bezeichnung", amount: "Preis" } };
const { name: _, ...body } = mapping;
const saved = { name: "rewe", version: 2, at, by: "user:ana", mapping };
const column = (header: string, field: string, samples: string[]) => ({ header, fields: [field], by: "header", maybe: null, samples });

export const mappingOperations: Operations = {
	"POST /api/v1/price-lists/guess": {
		of: "prices",
		summary:
			"What a price file of unknown shape contains: encoding, header, the meaning of each column, its first rows as they would be read, " +
			"and what only a person can say; `mapping` is a name, or what was decided so far. Nothing is written",
		query: guessQuery,
		files: ["text/csv", "application/gzip", "application/xml", "application/x-ndjson", "application/octet-stream"],
		answers: [
			200,
			{
				...{ encoding: "windows-1252", delimiter: ";", headerLine: 1, mapping: null, asked: null },
				columns: [column("Artikelnr", "sku", ["4711"]), column("Bezeichnung", "name", ["Müsli"]), column("Preis", "amount", ["3,49"])],
				...{ unread: [], absent: [], looked: 1, refused: 0, problem: null, notes: ["The file is in windows-1252."] },
				questions: [{ about: "currency", found: null, choices: [], proposed: null }],
				rows: [
					{ line: 2, cells: ["4711", "Müsli", "3,49"], read: null, faults: [{ column: "currency", reason: "The row has no currency." }] },
				],
			},
		],
		refusals: ["bad-csv", "bad-mapping", "body-too-large", "media-type"],
	},
	"GET /api/v1/mappings": {
		...{ of: "prices", summary: "Mappings of price lists that people saved, by name", query: mappingsQuery },
		answers: [200, { items: [saved], next: "rewe" }],
	},
	"GET /api/v1/mappings/:name": {
		...{ of: "prices", summary: "One mapping with its versions, who made each and when", query: noQuery },
		...{ answers: [200, { ...saved, versions: [{ version: 2, at, by: "user:ana", mapping }] }], refusals: ["mapping-unknown"] },
	},
	"PUT /api/v1/mappings/:name": {
		...{ of: "prices", summary: "Saves a mapping under a name, which pushes may say (`mapping`); another content is a new version" },
		...{ query: noQuery, body: mappingBody, say: body },
		...{ answers: [201, saved], orElse: [200, saved, "It was saved before, or is a new version"], refusals: ["mapping-built-in"] },
	},
	"DELETE /api/v1/mappings/:name": {
		...{ of: "prices", summary: "Removes a mapping; what was pushed with it stays", query: noQuery },
		...{ answers: [204, undefined], refusals: ["mapping-unknown"] },
	},
};
