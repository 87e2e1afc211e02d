/** The browser's side of passkeys: makes a key, and signs the gateway's challenge with it. */

type Options = Record<string, unknown>;

/** Browsers since 2025 convert WebAuthn objects to JSON themselves; other browsers are not offered passkeys. */
interface JsonCredentials {
	parseCreationOptionsFromJSON(options: Options): PublicKeyCredentialCreationOptions;
	parseRequestOptionsFromJSON(options: Options): PublicKeyCredentialRequestOptions;
}

/** Passkeys need a name with a trusted certificate: an address has none. */
export function hasPasskeys(): boolean {
	const isName = !/^[\d.]+$|:/.test(location.hostname);
	return isName && isSecureContext && "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

const library = (): JsonCredentials => PublicKeyCredential as unknown as JsonCredentials;

/** Rejects when the person gives up. */
export async function signWithPasskey(options: Options): Promise<object> {
	return answerOf(await navigator.credentials.get({ publicKey: library().parseRequestOptionsFromJSON(options) }));
}

export async function makePasskey(options: Options): Promise<object> {
	return answerOf(await navigator.credentials.create({ publicKey: library().parseCreationOptionsFromJSON(options) }));
}

function answerOf(made: Credential | null): object {
	if (!made) throw new Error("no passkey");
	return (made as Credential & { toJSON(): object }).toJSON();
}
