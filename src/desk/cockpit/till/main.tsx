import { render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { BasketView, LineView } from "../../../words/tills/basket.ts";
import { formats } from "../language/format.ts";
import { Refused } from "../shared/ask.ts";
import { LanguageSelect } from "../shared/language-select.tsx";
import { Mark } from "../shared/mark.tsx";
import { RefusalText } from "../shared/refusal-text.tsx";
import {
	acceptWeight,
	confirmAge,
	dropCoupon,
	nextAfterPaid,
	nextCustomer,
	pay,
	resume,
	scan,
	signIn,
	speak,
	takeOut,
	takeOutLast,
	useTill,
} from "./till-state.ts";
import { reasonIn, sayAtTill, type TillWord } from "./till-words.ts";
import "../styles/tokens.css";
import "../styles/till.css";

function useSpeech() {
	const language = useTill((all) => all.language);
	return useMemo(() => ({ language, say: sayAtTill(language), f: formats(language) }), [language]);
}

function Till() {
	const { say, language } = useSpeech();
	const line = useTill((all) => all.line);
	const till = useTill((all) => all.till);
	useEffect(() => {
		document.documentElement.lang = language;
		document.title = `${say("till")} ${till} · Gondola`;
	}, [language]);
	return (
		<>
			<header class="till-head">
				<Mark />
				<h1>
					{say("till")} <span class="code">{till}</span>
				</h1>
				<a href="/">{say("cockpit")}</a>
				<LanguageSelect label={say("language")} value={language} onChoose={speak} />
			</header>
			<main>{line === "locked" ? <SignIn /> : <Counter />}</main>
		</>
	);
}

function Counter() {
	const { say } = useSpeech();
	const basket = useTill((all) => all.basket);
	const paid = useTill((all) => all.paid);
	const isLost = useTill((all) => all.line === "lost");
	const waiting = useTill((all) => all.waiting);
	const refused = useTill((all) => all.refused);
	return (
		<div class="counter">
			<div class="goods">
				<ScanBox />
				<div role="alert">
					{isLost && <p class="notice red">{say("lost", waiting)}</p>}
					{refused !== "" && <p class="notice amber">{refused}</p>}
				</div>
				<Lines basket={basket} />
			</div>
			<div class="sum">
				{basket && basket.lines.length > 0 ? <ToPay basket={basket} /> : paid ? <Receipt /> : null}
				<p class="quiet keys">{say("keys")}</p>
			</div>
		</div>
	);
}

const keyActs: Readonly<Record<string, () => void>> = { F2: pay, F4: nextAfterPaid, F8: takeOutLast };

/** Whatever is typed goes into this box, wherever the focus is: a scanner in keyboard mode types. */
function ScanBox() {
	const { say } = useSpeech();
	const box = useRef<HTMLInputElement>(null);
	const [text, setText] = useState("");
	useEffect(() => {
		box.current?.focus();
		const onKey = (event: KeyboardEvent): void => {
			const run = keyActs[event.key];
			if (run) {
				event.preventDefault();
				run();
				return box.current?.focus();
			}
			const isTyping = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
			if (isTyping && !(event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement)) box.current?.focus();
		};
		document.addEventListener("keydown", onKey);
		return () => document.removeEventListener("keydown", onKey);
	}, []);
	const submit = (event: Event): void => {
		event.preventDefault();
		scan(text);
		setText("");
		box.current?.focus();
	};
	return (
		<form class="scan" onSubmit={submit}>
			<label for="scan-box">{say("scan")}</label>
			<div class="scan-row">
				<input
					id="scan-box"
					ref={box}
					value={text}
					autocomplete="off"
					autocapitalize="none"
					spellcheck={false}
					enterkeyhint="done"
					aria-describedby="scan-hint"
					onInput={(e) => setText(e.currentTarget.value)}
				/>
				<button type="submit">{say("enter")}</button>
			</div>
			<small id="scan-hint">{say("scanHint")}</small>
		</form>
	);
}

function Lines({ basket }: { basket: BasketView | null }) {
	const { say } = useSpeech();
	const newest = useTill((all) => all.newest);
	return (
		<section aria-labelledby="basket-title">
			<h2 id="basket-title">{say("basket")}</h2>
			{!basket || basket.lines.length === 0 ? (
				<p class="empty">{say("empty")}</p>
			) : (
				<ol class="lines" aria-live="polite">
					{basket.lines.map((line) => (
						<Line key={line.line} line={line} currency={basket.currency ?? ""} isNewest={line.line === newest} />
					))}
				</ol>
			)}
		</section>
	);
}

function Line({ line, currency, isNewest }: { line: LineView; currency: string; isNewest: boolean }) {
	const { say, f, language } = useSpeech();
	const { name, quantity, unit, amountMinor, depositMinor, stop, minimumAge } = line;
	const row = useRef<HTMLLIElement>(null);
	useEffect(() => {
		if (isNewest) row.current?.scrollIntoView({ block: "nearest" });
	}, [isNewest, quantity]);
	const stops: Record<NonNullable<LineView["stop"]>, string> = {
		recall: say("stopRecall"),
		expired: say("stopExpired"),
		age: say("stopAge", minimumAge ?? ""),
	};
	const why = [reasonIn(language, line.why), depositMinor !== undefined && say("deposit", f.money(depositMinor, currency))].filter(Boolean);
	return (
		<li ref={row} class={`${stop === undefined ? "" : stop === "age" ? "waits" : "stopped"} ${isNewest ? "newest" : ""}`}>
			<span class="count">{unit === "milligram" ? f.kilograms(quantity) : `${quantity} ×`}</span>
			<span class="what">
				{name}
				{why.length > 0 && <small>{why.join(" · ")}</small>}
				{stop !== undefined && <strong>{stops[stop]}</strong>}
			</span>
			<span class="amount">{f.money(amountMinor, currency)}</span>
			<button type="button" class="ghost" aria-label={say("takeOutOf", name)} onClick={() => takeOut(line.line)}>
				{say("takeOut")}
			</button>
		</li>
	);
}

function ToPay({ basket }: { basket: BasketView }) {
	const { say, f } = useSpeech();
	const waiting = useTill((all) => all.waiting);
	const { lines, coupons, member, totalMinor, depositMinor, age, weight } = basket;
	const currency = basket.currency ?? "";
	const asked = Math.max(0, ...lines.flatMap(({ stop, minimumAge }) => (stop === "age" ? (minimumAge ?? 0) : [])));
	const isInDoubt = weight?.doubt !== undefined && weight.accepted === undefined;
	const isStopped = asked > 0 || isInDoubt || lines.some(({ stop }) => stop !== undefined);
	return (
		<section class="panel" aria-labelledby="total-title">
			{member && <p class="fact">{say("member", member.tier)}</p>}
			{age && <p class="fact">{say("ageBy", age.minimumAge, age.person ?? age.by.replace(/^\w+:/, ""))}</p>}
			<ul class="coupons">
				{coupons.map((coupon) => (
					<li key={`${coupon.coupon} ${coupon.serial ?? ""}`}>
						<span class="what">{coupon.name}</span>
						<span class="amount">−{f.money(coupon.amountMinor, currency)}</span>
						<button type="button" class="ghost" aria-label={say("takeOutOf", coupon.name)} onClick={() => dropCoupon(coupon.coupon)}>
							{say("takeOut")}
						</button>
					</li>
				))}
			</ul>
			<h2 id="total-title">{say("total")}</h2>
			<p class="total" aria-live="polite">
				{f.money(totalMinor, currency)}
			</p>
			{depositMinor > 0 && <p class="quiet">{say("deposit", f.money(depositMinor, currency))}</p>}
			{asked > 0 && <Question asks={say("askAge", asked)} yes={say("ageYes", asked)} act={() => confirmAge(asked)} />}
			{isInDoubt && <Question asks={say("weightDoubt")} yes={say("weightYes")} act={acceptWeight} />}
			<button type="button" class="pay" disabled={isStopped || waiting > 0} onClick={pay}>
				{waiting > 0 ? say("working") : say("pay", f.money(totalMinor, currency))}
			</button>
			<button type="button" class="ghost" disabled={waiting > 0} onClick={nextCustomer}>
				{say("leave")}
			</button>
		</section>
	);
}

function Question({ asks, yes, act }: { asks: string; yes: string; act(): void }) {
	return (
		<div class="question" role="group" aria-label={asks}>
			<p>{asks}</p>
			<button type="button" onClick={act}>
				{yes}
			</button>
		</div>
	);
}

function Receipt() {
	const { say, f } = useSpeech();
	const paid = useTill((all) => all.paid)!;
	const receipt = useTill((all) => all.receipt);
	const currency = paid.currency ?? "";
	return (
		<section class="panel slip" aria-labelledby="paid-title">
			<h2 id="paid-title">{say("paid", f.money(paid.totalMinor, currency))}</h2>
			<p class="quiet code">{say("sale", paid.sale)}</p>
			<ol>
				{paid.lines.map(({ line, name, quantity, unit, amountMinor }) => (
					<li key={line}>
						<span class="what">
							{unit === "milligram" ? f.kilograms(quantity) : `${quantity} ×`} {name}
						</span>
						<span class="amount">{f.money(amountMinor, currency)}</span>
					</li>
				))}
				{paid.depositMinor > 0 && <li class="quiet">{say("deposit", f.money(paid.depositMinor, currency))}</li>}
				{paid.coupons.map(({ coupon, serial, name, amountMinor }) => (
					<li key={`${coupon} ${serial ?? ""}`}>
						<span class="what">{name}</span>
						<span class="amount">−{f.money(amountMinor, currency)}</span>
					</li>
				))}
			</ol>
			<p aria-live="polite">
				{paid.job === null ? say("noReceipt") : `${say("receipt")}: ${say((receipt?.state ?? "queued") as TillWord)}`}
			</p>
			<button type="button" class="pay" onClick={nextCustomer}>
				{say("next")}
			</button>
		</section>
	);
}

function SignIn() {
	const { say } = useSpeech();
	const [name, setName] = useState("");
	const [password, setPassword] = useState("");
	const [said, setSaid] = useState("");
	const submit = (event: Event) => {
		event.preventDefault();
		signIn(name, password).catch((error: unknown) =>
			setSaid(error instanceof Refused && error.status !== 0 ? error.message : say("lost", 0)),
		);
	};
	return (
		<form class="panel sign-in" onSubmit={submit}>
			<p>{say("locked")}</p>
			<label>
				{say("userName")}
				<input required value={name} autocomplete="username" autocapitalize="none" onInput={(e) => setName(e.currentTarget.value)} />
			</label>
			<label>
				{say("password")}
				<input
					required
					type="password"
					value={password}
					autocomplete="current-password"
					onInput={(e) => setPassword(e.currentTarget.value)}
				/>
			</label>
			<button type="submit">{say("signIn")}</button>
			<RefusalText said={said} />
		</form>
	);
}

resume();
render(<Till />, document.getElementById("till")!);
