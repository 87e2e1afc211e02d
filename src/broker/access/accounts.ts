/** Accounts of the broker, one per device; a password is kept only as its scrypt hash. Rights are in rights.ts. */
import { randomBytes } from "node:crypto";
import { deviceCost, hashPassword } from "../../access/passwords.ts";
import { CodedError } from "../../words/basics/coded-error.ts";
import { type Account, type AccountKind, accountSchema, accountsFile } from "./accounts-file.ts";
import { createPairing, type Pairing } from "./pairing.ts";
import { createPasswordChecks } from "./password-checks.ts";

export interface AccountsOptions {
	/** JSON: {"accounts": [{name, kind, hash}]}. Where it does not exist yet, the first account makes it. */
	file?: string;
	accounts?: Account[];
}

/** An account command that cannot be done; nothing was changed. */
export class AccountRefusal extends CodedError<"account-known" | "account-unknown" | "account-bad" | "accounts-not-writable"> {
	override name = "AccountRefusal";
}

export interface NewAccount {
	name: string;
	kind: AccountKind;
	publish?: string[];
	subscribe?: string[];
	weighedQuantity?: "milligrams";
}

export interface Accounts {
	find(name: string): Account | undefined;
	list(): Account[];
	check(name: string, password: Buffer, address: string): Promise<boolean>;
	names(): string[];
	pairing: Omit<Pairing, "hashOf" | "done">;
	/**
	 * Makes an account for a device that asked to come in while pairing was open; its next connection is accepted. Rejects when the account
	 * cannot be kept, or no such device asked.
	 */
	approve(device: string): Promise<void>;
	/** Makes an account and returns its password, which is kept nowhere. */
	add(account: NewAccount): Promise<string>;
	/** Gives the account a new password and returns it. */
	passwd(name: string): Promise<string>;
	revoke(name: string): Promise<void>;
	/** Reads the file again if it changed. Returns the accounts that are gone or changed since the last call. */
	refresh(): Changed;
}

export interface Changed {
	gone: string[];
	/** Accounts with another password, kind or rights. */
	changed: string[];
}

const newPassword = (): string => randomBytes(18).toString("base64url");

/** The accounts of one broker, and what changed of them. */
interface KeptAccounts {
	options: AccountsOptions;
	onTrouble: (error: Error) => void;
	file: ReturnType<typeof accountsFile> | undefined;
	given: Account[];
	version: string | undefined;
	book: Map<string, Account>;
	checks: ReturnType<typeof createPasswordChecks>;
	pairing: ReturnType<typeof createPairing>;
	/** Changes since the last call of `refresh`. */
	noted: Changed;
}

export function openAccounts(options: AccountsOptions, onTrouble: (error: Error) => void = () => {}): Accounts {
	const file = options.file === undefined ? undefined : accountsFile(options.file);

	const given = (options.accounts ?? []).map((account) => accountSchema.parse(account));
	const kept: KeptAccounts = {
		options,
		onTrouble,
		file,
		given,
		version: file?.version(),
		book: bookOf([...(file?.load() ?? []), ...given]),
		checks: createPasswordChecks(),
		pairing: createPairing(),
		noted: { gone: [], changed: [] },
	};
	return {
		find(name) {
			lookAgain(kept);
			return kept.book.get(name);
		},
		list: () => [...kept.book.values()],
		check: (name, password, address) => kept.checks.check(name, kept.book.get(name), password, address),
		names: () => [...kept.book.keys()],
		pairing: kept.pairing,
		async approve(device) {
			await change(kept, put({ name: device, kind: "device", hash: kept.pairing.hashOf(device) }, true));
			kept.pairing.done(device);
		},
		async add(account) {
			const password = newPassword();
			const read = accountSchema.safeParse({ ...account, hash: await hashPassword(password, deviceCost) });
			if (!read.success) {
				const { path, message } = read.error.issues[0]!;
				throw new AccountRefusal("account-bad", `${[account.name, ...path].join(" ")}: ${message}.`);
			}
			await change(kept, put(read.data, false));
			return password;
		},
		async passwd(name) {
			const password = newPassword();
			const hash = await hashPassword(password, deviceCost);
			await change(kept, (accounts) => put({ ...known(accounts, name), hash }, true)(accounts));
			return password;
		},
		revoke: (name) =>
			change(kept, (accounts) => {
				const gone = known(accounts, name);
				return accounts.filter((account) => account !== gone);
			}),
		refresh() {
			lookAgain(kept);
			return { gone: kept.noted.gone.splice(0), changed: kept.noted.changed.splice(0) };
		},
	};
}

function take(kept: KeptAccounts, accounts: Account[]): void {
	const before = kept.book;
	kept.book = bookOf([...accounts, ...kept.given]);
	for (const [name, account] of before) {
		const now = kept.book.get(name);
		if (!now) kept.noted.gone.push(name);
		else if (JSON.stringify(now) !== JSON.stringify(account)) kept.noted.changed.push(name);
	}
	for (const name of [...kept.noted.gone, ...kept.noted.changed]) kept.checks.forget(name);
}

function lookAgain(kept: KeptAccounts): void {
	if (!kept.file || kept.file.version() === kept.version) return;
	const seen = kept.file.version();
	try {
		take(kept, kept.file.load());
	} catch (error) {
		// The file is half edited or has a typing error: the known accounts stay, and the next look tries again.
		if (seen !== kept.version) kept.onTrouble(error as Error);
	}
	kept.version = seen;
}

async function change(kept: KeptAccounts, edit: (accounts: Account[]) => Account[]): Promise<void> {
	if (!kept.file) return take(kept, edit([...kept.book.values()]));
	try {
		take(kept, await kept.file.update(edit));
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (error instanceof AccountRefusal || code === undefined) throw error;
		throw new AccountRefusal(
			"accounts-not-writable",
			`${kept.options.file} cannot be written (${message}). Let the user that runs Gondola write there, or leave broker.accountsFile out.`,
		);
	}
	kept.version = kept.file.version();
}

function put(account: Account, mayBeKnown: boolean) {
	return (accounts: Account[]) => {
		const others = accounts.filter(({ name }) => name !== account.name);
		if (!mayBeKnown && others.length < accounts.length)
			throw new AccountRefusal(
				"account-known",
				`An account called ${account.name} exists; gondola accounts passwd gives it another password.`,
			);
		return [...others, account];
	};
}

function known(accounts: Account[], name: string): Account {
	const found = accounts.find((account) => account.name === name);
	if (!found) throw new AccountRefusal("account-unknown", `No account is called ${name}.`);
	return found;
}

const bookOf = (accounts: readonly Account[]): Map<string, Account> => new Map(accounts.map((account) => [account.name, account]));
