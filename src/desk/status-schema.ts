import { z } from "zod";
import type { StoreStatus } from "../words/answers/store-status.ts";
import { instantOut, integer, named, noted, priceFreeze } from "./schemas.ts";

export const status: z.ZodType<StoreStatus> = named(
	"Status",
	z.object({
		store: z.string(),
		version: z.string(),
		now: instantOut,
		timeZone: noted(z.string(), "Of the store, by the IANA database"),
		groups: noted(z.array(z.string()), "Groups that the store belongs to at head office: regions, formats, pilots"),
		hq: z.object({
			configured: noted(z.boolean(), "False: no head office is configured, and none is missed"),
			connected: z.boolean(),
			lastContact: instantOut.nullable(),
			factsWaiting: integer,
			notesWaiting: integer,
			oldestSeconds: integer,
			offlineDaysLeft: z.number().nullable(),
			why: z.string().nullable(),
			...{ refused: noted(z.record(z.string(), integer), "Not HQ's word, by what was wrong"), withheld: integer },
		}),
		prices: z.object({
			held: noted(integer, "Kept and in force nowhere, because they exceed the store's guard rails"),
			frozen: noted(priceFreeze.nullable(), "The kill switch"),
			risesWaiting: noted(integer, "In force, and charged once the labels show them"),
			risesWentOn: noted(integer, "Charged before every label showed them, since the ledger was made"),
		}),
		labels: z.object({ total: integer, shown: integer, pending: integer, failed: integer, stale: integer }),
		devices: z.object({ total: integer, well: integer, troubled: integer, offline: integer, starting: integer }),
		alarms: z.object({ red: integer, yellow: integer, blue: integer }),
		ledger: z.object({ bytes: integer, freeBytes: integer }),
		broker: z
			.object({ clients: integer, refused: noted(z.record(z.string(), integer), "Turned away since the start, by reason") })
			.optional(),
		replica: noted(
			z.object({
				to: z.string(),
				mode: z.enum(["async", "sync"]),
				state: z.enum(["away", "base", "following", "behind", "taken-over"]),
				why: z.string().nullable(),
				copiedAt: noted(instantOut.nullable(), "When the copy had everything for the last time"),
				percent: noted(z.number().nullable(), "Of a base that is on its way"),
			}),
			"The continuous copy, where one is configured",
		).optional(),
		lastEvent: integer,
	}),
);
