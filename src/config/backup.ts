import { z } from "zod";

/** The nightly backup. */
export const backupOptions = z
	.strictObject({
		nightly: z.boolean().default(true).meta({ description: "Whether the gateway backs its ledger up by itself." }),
		at: z
			.string()
			.regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 03:00, in quotes")
			.default("03:00")
			.meta({ description: "When, in the store's time zone. A box that was off then does it after its start." }),
		directory: z
			.string()
			.startsWith("/", "must be a whole path, such as /mnt/nas/store-17")
			.optional()
			.meta({
				description:
					"Where backups are kept. Default: `backups` in `data`, which is lost with the disk: better a mounted folder of another machine, " +
					"which the service must be allowed to write (ReadWritePaths= of the unit).",
			}),
		keep: z.number().int().min(1).max(60).default(3).meta({ description: "Backups that are kept; the oldest goes first." }),
		to: z
			.string()
			.regex(/^gbp_[\w-]{43}$/, "must be the public key that `gondola backup --new-key FILE` printed")
			.optional()
			.meta({ description: "Encrypts each backup for the holder of this key, after it was proved." }),
	})
	.prefault({})
	.meta({
		description:
			"A copy of the ledger each night, proved by restoring it into an empty folder; an alarm when none is younger than 24 hours.",
	});
