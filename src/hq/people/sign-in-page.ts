/** The page for visitors who have not signed in: name and password, and the claim code before the first user was made. */
const words = {
	en: {
		title: "Head office",
		code: "Claim code (on head office's console)",
		name: "Name",
		password: "Password",
		enter: "Sign in",
		make: "Make the first person",
		through: "Sign in with",
		passkey: "Sign in with a passkey",
		keys: "Your passkeys",
		label: "Name of this device",
		add: "Make a passkey",
	},
	zh: {
		title: "总部",
		code: "认领码（见总部控制台）",
		name: "姓名",
		password: "密码",
		enter: "登录",
		make: "创建第一位用户",
		through: "使用以下方式登录：",
		passkey: "使用通行密钥登录",
		keys: "您的通行密钥",
		label: "本设备名称",
		add: "创建通行密钥",
	},
} as const;

interface SignInPage {
	language: keyof typeof words;
	isClaimed: boolean;
	nonce: string;
	/** The button text of the identity provider; null where there is none. */
	provider: string | undefined;
}

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

export function signInPage({ language, isClaimed, nonce, provider }: SignInPage): string {
	const say = words[language];
	const field = (name: string, label: string, type: string): string =>
		`<p><label>${label}<br><input name="${name}" type="${type}" required ` +
		`autocomplete="${name === "password" ? "current-password" : "off"}"></label></p>`;
	const others =
		(provider === undefined ? "" : `<p><a href="/api/v1/sessions/oidc">${say.through} ${escape(provider)}</a></p>`) +
		`<p><button id="passkey" type="button" hidden>${say.passkey}</button></p>`;
	return `${pageHead(language, say.title, nonce)}
<form data-to="${isClaimed ? "/api/v1/sessions" : "/api/v1/claim"}">${isClaimed ? "" : field("code", say.code, "text")}
${field("name", say.name, "text")}${field("password", say.password, "password")}
<p><button>${isClaimed ? say.enter : say.make}</button></p></form>
${isClaimed ? others : ""}<p role="alert"></p>
<script nonce="${nonce}">
const form = document.querySelector("form"), alertBox = document.querySelector("[role=alert]");
const passkey = document.querySelector("#passkey");
const send = (to, body) => fetch(to, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
const enter = async (answer) => answer.ok ? location.reload() : (alertBox.textContent = (await answer.json()).detail);
form.addEventListener("submit", async (event) => {
	event.preventDefault();
	await enter(await send(form.dataset.to, Object.fromEntries(new FormData(form))));
});
if (passkey && window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
	passkey.hidden = false;
	passkey.addEventListener("click", async () => {
		const asked = await send("/api/v1/sessions/passkey/options", {});
		if (!asked.ok) return enter(asked);
		try {
			const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await asked.json());
			const key = await navigator.credentials.get({ publicKey });
			await enter(await send("/api/v1/sessions/passkey", { answer: key.toJSON() }));
		} catch (error) { alertBox.textContent = error.message; }
	});
}
</script></html>`;
}

const pageHead = (language: string, title: string, nonce: string): string => `<!doctype html><html lang="${language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${title}</title>
<style nonce="${nonce}">body{font:16px system-ui;max-width:22rem;margin:10vh auto;padding:0 1rem}
input,button{font:inherit;width:100%;padding:.5rem;box-sizing:border-box}</style>
<h1>${title}</h1>`;

/** Where a person who is signed in makes a passkey of this device. */
export function passkeyPage(language: keyof typeof words, nonce: string): string {
	const say = words[language];
	return `${pageHead(language, say.keys, nonce)}
<form><p><label>${say.label}<br><input name="label" maxlength="40" required></label></p><p><button>${say.add}</button></p></form>
<ul></ul><p role="alert"></p>
<script nonce="${nonce}">
const form = document.querySelector("form"), list = document.querySelector("ul"), alertBox = document.querySelector("[role=alert]");
const json = (body) => ({ headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
const send = (method, to, body) => fetch(to, { method, ...(body && json(body)) });
const look = async () => {
	const answer = await fetch("/api/v1/passkeys");
	if (!answer.ok) return (alertBox.textContent = (await answer.json()).detail);
	list.replaceChildren(...(await answer.json()).items.map(({ id, label, site, createdAt }) => {
		const row = document.createElement("li"), remove = document.createElement("button");
		row.textContent = label + " · " + site + " · " + createdAt.slice(0, 10) + " ";
		remove.textContent = "×";
		remove.addEventListener("click", async () => { await send("DELETE", "/api/v1/passkeys/" + id); await look(); });
		row.append(remove);
		return row;
	}));
};
form.addEventListener("submit", async (event) => {
	event.preventDefault();
	const asked = await send("POST", "/api/v1/passkeys/options", {});
	const options = await asked.json();
	if (!asked.ok) return (alertBox.textContent = options.detail);
	try {
		const key = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
		const made = await send("POST", "/api/v1/passkeys", { label: form.label.value, answer: key.toJSON() });
		alertBox.textContent = made.ok ? "" : (await made.json()).detail;
	} catch (error) { alertBox.textContent = error.message; }
	await look();
});
look();
</script></html>`;
}
