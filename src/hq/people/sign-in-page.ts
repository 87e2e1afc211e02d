/** The page of whoever has not signed in: name and password, and the claim code while there is nobody yet. */
const words = {
	en: {
		title: "Head office",
		code: "Claim code (on head office's console)",
		name: "Name",
		password: "Password",
		enter: "Sign in",
		make: "Make the first person",
	},
	zh: { title: "总部", code: "认领码（见总部控制台）", name: "姓名", password: "密码", enter: "登录", make: "创建第一位用户" },
} as const;

export function signInPage(language: keyof typeof words, isClaimed: boolean, nonce: string): string {
	const say = words[language];
	const field = (name: string, label: string, type: string): string =>
		`<p><label>${label}<br><input name="${name}" type="${type}" required ` +
		`autocomplete="${name === "password" ? "current-password" : "off"}"></label></p>`;
	return `<!doctype html><html lang="${language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${say.title}</title>
<style nonce="${nonce}">body{font:16px system-ui;max-width:22rem;margin:10vh auto;padding:0 1rem}
input,button{font:inherit;width:100%;padding:.5rem;box-sizing:border-box}</style>
<h1>${say.title}</h1>
<form data-to="${isClaimed ? "/api/v1/sessions" : "/api/v1/claim"}">${isClaimed ? "" : field("code", say.code, "text")}
${field("name", say.name, "text")}${field("password", say.password, "password")}
<p><button>${isClaimed ? say.enter : say.make}</button></p><p role="alert"></p></form>
<script nonce="${nonce}">
const form = document.querySelector("form");
form.addEventListener("submit", async (event) => {
	event.preventDefault();
	const body = JSON.stringify(Object.fromEntries(new FormData(form)));
	const answer = await fetch(form.dataset.to, { method: "POST", headers: { "content-type": "application/json" }, body });
	if (answer.ok) return location.reload();
	form.querySelector("[role=alert]").textContent = (await answer.json()).detail;
});
</script></html>`;
}
