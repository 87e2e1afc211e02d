/** The broker's accounts in one file, mode 0600. A command or an editor may change it while the gateway runs. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { hashPattern } from "../../access/passwords.ts";
import { fileStamp, withFileLock, writeSecretFile } from "../../access/secret-file.ts";
import { isFilter } from "../routing/filter.ts";
import { namePattern } from "../topics.ts";

export const accountsFileName = "accounts.json";

export const accountKinds = ["device", "till", "viewer", "service"] as const;
export type AccountKind = (typeof accountKinds)[number];

const filters = z.array(z.string().refine(isFilter, "is not an MQTT topic filter")).max(100);

export const accountSchema = z
	.object({
		name: z.string().regex(namePattern, "must be small letters, digits and hyphens, at most 64"),
		kind: z.enum(accountKinds),
		/** Left out: this account signs in by its certificate only. */
		hash: z.string().regex(hashPattern).optional(),
		/**
		 * Only for a till: `milligrams` means that an integer quantity of a weighed article is milligrams, as older tills send it. Left
		 * out: such a line is refused.
		 */
		weighedQuantity: z.literal("milligrams").optional(),
		/** Only for a service: the filters it may publish to and subscribe to. */
		publish: filters.optional(),
		subscribe: filters.optional(),
	})
	.strict()
	.refine(({ kind, publish, subscribe }) => kind === "service" || (publish ?? subscribe) === undefined, "only a service names its topics")
	.refine(({ kind, weighedQuantity }) => kind === "till" || weighedQuantity === undefined, "only a till sells weighed articles");

export type Account = z.output<typeof accountSchema>;

const accountsSchema = z.object({ accounts: z.array(accountSchema).max(10_000) }).strict();

export interface AccountsFile {
	/** Differs whenever the file was written to; "none" where there is none. */
	version(): string;
	/** Empty where there is no file. Throws with a sentence when it is malformed. */
	load(): Account[];
	/** Rejects when the file cannot be written; then nothing was changed. */
	update(edit: (accounts: Account[]) => Account[]): Promise<Account[]>;
}

export function accountsFile(path: string): AccountsFile {
	const load = (): Account[] => {
		if (fileStamp(path) === "none") return [];
		const read = accountsSchema.safeParse(parsed(path));
		if (!read.success) throw new Error(`${path}: ${z.prettifyError(read.error)}`);
		return read.data.accounts;
	};
	return {
		version: () => fileStamp(path),
		load,
		update: (edit) =>
			withFileLock(path, () => {
				const accounts = edit(load());
				writeSecretFile(path, `${JSON.stringify(accountsSchema.parse({ accounts }), null, "\t")}\n`);
				return accounts;
			}),
	};
}

function parsed(path: string): unknown {
	try {
		return JSON.parse(readFileSync(path, "utf8"));
	} catch (error) {
		if (error instanceof SyntaxError) throw new Error(`${path} is not JSON: ${error.message}`, { cause: error });
		throw error;
	}
}
