// SPDX-License-Identifier: Apache-2.0
// `prisma db pull` with the schema engine that comes as WebAssembly, over node-postgres. The adapter
// does not know the type "char" of the system's catalogs, which the engine wants as a character.
import Result from "pg/lib/result.js";
import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum } from "@prisma/driver-adapter-utils";

const CHAR = 18, TEXT = 25;
const characters = new Set();
const addFields = Result.prototype.addFields;
Result.prototype.addFields = function (fields) {
  for (const field of fields.filter((each) => each.dataTypeID === CHAR)) {
    field.dataTypeID = TEXT;
    characters.add(field.name);
  }
  return addFields.call(this, fields);
};

async function connect(factory) {
  const adapter = await factory.connect();
  const query = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (asked) => {
    const result = await query(asked);
    result.columnNames.forEach((name, at) => {
      if (characters.has(name) && result.columnTypes[at] === ColumnTypeEnum.Text)
        result.columnTypes[at] = ColumnTypeEnum.Character;
    });
    return result;
  };
  return adapter;
}

export default {
  experimental: { adapter: true },
  engine: "js",
  schema: "schema.prisma",
  adapter: async () => {
    const factory = new PrismaPg({ connectionString: process.env.DATABASE_URL, allowExitOnIdle: true });
    return { provider: "postgres", adapterName: factory.adapterName, connect: () => connect(factory) };
  },
};
