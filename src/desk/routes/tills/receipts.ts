import { z } from "zod";
import { longestReceiptCode } from "../../../words/codes/receipt-code.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { json, type Route, route } from "../../route.ts";
import { instantOut, shapes } from "../../schemas.ts";

/** The scanned code of a receipt, or of an online order. */
export const receiptCodeIn = z.string().trim().min(1).max(longestReceiptCode);

const readReceipt = z.object({
	store: z.string().nullable(),
	till: z.string().optional(),
	sale: z.string().optional(),
	order: z.string().optional(),
	at: instantOut.optional(),
	lines: z.array(
		z.object({
			line: z.string(),
			number: z.int().optional(),
			sku: z.string().optional(),
			name: z.string().optional(),
			quantity: z.int().optional(),
			left: z.int().optional(),
		}),
	),
});
shapes.add(readReceipt, {
	id: "ReadReceipt",
	description:
		"The lines that a receipt's code names. `left`: what this store may take back at once; left out where another store sold it and " +
		"lent nothing of it here yet",
});

export function receiptRoutes(ledger: DeskLedger): Route[] {
	return [
		route({
			method: "POST",
			url: "/api/v1/receipts/read",
			room: "orders",
			right: "orders.read",
			summary:
				"What a receipt's code (`GR1.…`) or an order's (`GO1.…`) names: checked without the line, also when another store of the chain " +
				"printed it",
			body: z.strictObject({ code: receiptCodeIn }),
			answers: { 200: readReceipt },
			problems: [400, 409, 503],
			run: async ({ body }) => json(await ledger.do("readReceipt", body)),
		}),
	];
}
