import { chineseFields } from "../../words/sentences/fields-zh.ts";
import { chineseRails } from "../../words/sentences/rails-zh.ts";
import { sayIn } from "../../words/sentences/sentence.ts";
import { chineseGoods } from "./goods-zh.ts";
import { chineseTills } from "./tills-zh.ts";

/** The Chinese sentence of a gateway's refusal, or of a guard rail, that names things of the store. */
export const sayInChinese = sayIn(chineseGoods, chineseTills, chineseRails, chineseFields);
