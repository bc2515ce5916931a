import type { Change, Query, Row, Store } from "../index.js";

/** What the store uses of a `DynamoDB` of `@aws-sdk/client-dynamodb`: the client with methods. It stays yours. */
export interface DynamoDbClient {
  transactWriteItems(input: any): Promise<unknown>;
  transactGetItems(input: any): Promise<{ Responses?: any[] | undefined }>;
  batchGetItem(input: any): Promise<{ Responses?: Record<string, any[]> | undefined; UnprocessedKeys?: any }>;
  query(input: any): Promise<{ Items?: any[] | undefined; LastEvaluatedKey?: any }>;
  scan(input: any): Promise<{ Items?: any[] | undefined; LastEvaluatedKey?: any }>;
  describeTable(input: any): Promise<{ Table?: any }>;
  createTable(input: any): Promise<unknown>;
}

export interface DynamoDbOptions {
  /** The table's name: 3 to 255 of `A-Za-z0-9_.-`, as DynamoDB has it. */
  table: string;
}

/** A store on DynamoDB: `docs/stores/dynamodb.md`. */
export interface DynamoDbStore extends Store {
  /** The keys, terms and claims of one write: 100, as many items as one transaction has. */
  maxWrites: number;
  /** The bytes of one row's `sealed`: 400,000. */
  maxRowBytes: number;
  read(query: Query): Promise<Row[]>;
  write(changes: Change[]): Promise<boolean>;

  /**
   * Makes the table, where there is none yet, and waits until it is active.
   *
   * Throws `VL1000` where a table of this name has other keys, or is a global table.
   */
  migrate(): Promise<void>;

  /**
   * Deletes the rows whose `pruneAt` lies before `now`, and answers how many. It reads the whole table.
   *
   * @param now milliseconds since 1970, by the vault's clock
   */
  prune(now: number): Promise<number>;
}

/**
 * A store on DynamoDB, by conditional transactions and consistent reads.
 *
 * Throws `VL1000` where the client is no such, or an option is wrong.
 */
export function dynamodbStore(client: DynamoDbClient, options: DynamoDbOptions): DynamoDbStore;
