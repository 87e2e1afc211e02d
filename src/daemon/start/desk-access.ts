/**
 * Who may use the desk: people and tokens of `access.json`, the token that the configuration names, and the box's own token, which verbs on
 * this machine use. All of these files are readable by the service alone.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { accessFile, accessFileName } from "../../access/access-file.ts";
import { type Claim, closeWhenClaimed, openClaim } from "../../access/claim.ts";
import { type Directory, type FixedToken, openDirectory } from "../../access/directory.ts";
import { openPasskeys, type Passkeys } from "../../access/passkeys.ts";
import { createSecretFile, readSecretFile } from "../../access/secret-file.ts";
import { newSecret } from "../../access/secrets.ts";
import { ConfigWrong } from "../../config/load.ts";
import { leastTokenCharacters } from "../../config/machine.ts";
import type { Config } from "../../config/schema.ts";
import type { Opening } from "../rooms/opening.ts";
import { makeSecretsFolder } from "./secrets-folder.ts";

const boxTokenFile = (data: string): string => join(data, "secrets", "box.token");

export interface DeskPeople {
	directory: Directory;
	passkeys: Passkeys;
	/** Present until the first user was made. */
	claim: Claim | undefined;
}

/** Throws ConfigWrong for a token file that is missing, open to others, or too short. */
export async function openDeskPeople({ data, desk }: Pick<Config, "data" | "desk">): Promise<DeskPeople> {
	const fixedTokens: FixedToken[] = [{ name: "box", roles: ["technician"], secret: ownToken(data) }];
	if (desk.tokenFile !== undefined) fixedTokens.push({ name: "file", roles: ["technician"], secret: fileToken(desk.tokenFile) });
	const repository = accessFile(join(data, accessFileName));
	const directory = openDirectory({ site: "gateway", repository, fixedTokens });
	return { directory, passkeys: openPasskeys({ directory, repository }), claim: (await directory.isClaimed()) ? undefined : openClaim() };
}

/** The claim code while it is valid: the first user may have been made while the gateway started. */
export async function openClaimOf(
	{ claim, directory }: Pick<DeskPeople, "claim" | "directory">,
	{ log, parts }: Pick<Opening, "log" | "parts">,
): Promise<string | undefined> {
	if (!claim || (await directory.isClaimed())) return undefined;
	parts.add(closeWhenClaimed(claim, directory.isClaimed, (sentence) => log.info({}, sentence)));
	return claim.code;
}

function ownToken(data: string): string {
	const file = boxTokenFile(data);
	if (!existsSync(file)) {
		makeSecretsFolder(data);
		createSecretFile(file, `${newSecret("gt_")}\n`);
	}
	return readSecretFile(file).trim();
}

function fileToken(file: string): string {
	let token: string;
	try {
		token = readSecretFile(file).trim();
	} catch (error) {
		const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
		throw new ConfigWrong([
			isMissing
				? `desk.tokenFile names ${file}, which does not exist; make one with: openssl rand -hex 16`
				: `desk.tokenFile: ${(error as Error).message}`,
		]);
	}
	if (token.length < leastTokenCharacters)
		throw new ConfigWrong([
			`desk.tokenFile: the token in ${file} has fewer than ${leastTokenCharacters} characters; make one with: openssl rand -hex 16`,
		]);
	return token;
}
