/**
 * attack:  code that only sloppy scripts or HTML comments allow
 * surface: compiler front end
 * @answer upload 400 | 200 | 502
 */
process.stdout.write(`var arguments_ = 010;
with ({ statusCode: 200 }) { var taken = statusCode; }
export default async function handler(event: any) { <!-- a comment of 1995
 return { statusCode: taken, body: String(arguments_) }; }
`);
