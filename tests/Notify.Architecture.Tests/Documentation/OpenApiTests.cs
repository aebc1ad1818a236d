using Notify.TestSupport;

namespace Notify.Architecture.Tests.Documentation;

/// <summary>
/// The OpenAPI document conforms to OpenAPI 3.1, and a generator makes a client from it, which the TypeScript compiler accepts and
/// which sends. The programs come from npm and are installed once.
/// </summary>
public sealed class OpenApiTests
{
    private static readonly string Document = Repository.GetPath("docs/reference/openapi.json");
    private static readonly string Folder = Repository.GetPath("tests/Notify.Architecture.Tests/Documentation/openapi");
    private static readonly string Modules = Path.Combine(Folder, "node_modules");

    private const string Client = """
        import createClient from "openapi-fetch";
        import type { components, paths } from "./api.js";

        declare const process: { argv: string[] };

        const client = createClient<paths>({ baseUrl: process.argv[2] });
        const trigger: components["schemas"]["Trigger"] = {
          to: [{ user: "nobody" }, { email: "grace@example.com" }],
          content: { title: "Your order has shipped" },
          onUnknownRecipient: "skip",
        };
        const accepted = await client.POST("/v1/notifications", { body: trigger });
        if (accepted.error) throw new Error(accepted.error.detail);
        const id: string = accepted.data.id;

        const found = await client.GET("/v1/notifications/{id}", { params: { path: { id } } });
        if (found.error) throw new Error(found.error.detail);
        const channels: string[] = found.data.deliveries.items.map((delivery) => delivery.channel);
        console.log(accepted.data.skipped?.[0]?.recipient.user, ...channels);

        const refused = await client.POST("/v1/notifications", {
          // @ts-expect-error The compiler knows the types of members.
          body: { to: { email: "grace@example.com" }, content: { title: 42 } },
        });
        console.log(refused.error?.errors?.map((error) => error.field).join());
        """;

    [Fact]
    public async Task The_document_is_valid_and_gives_a_client_that_compiles_and_sends()
    {
        await Command.RunAsync(Folder, ServerProcess.Find("npm"), ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        using var folder = new TemporaryFolder();
        Directory.CreateSymbolicLink(folder.File("node_modules"), Modules);
        await File.WriteAllTextAsync(folder.File("package.json"), """{ "type": "module" }""");
        await File.WriteAllTextAsync(folder.File("client.ts"), Client);
        var (host, http) = await SampleProcess.StartHostAsync(folder.Path, null, "--urls", $"http://127.0.0.1:{FreePort.Next()}");
        await using var running = host;

        await RunAsync(Path.Combine(Folder, "validate.mjs"), Document);
        await RunAsync(Path.Combine(Modules, "openapi-typescript/bin/cli.js"), Document, "--output", folder.File("api.ts"));
        await RunAsync(
            Path.Combine(Modules, "typescript/bin/tsc"),
            "--strict",
            "--module",
            "nodenext",
            "--target",
            "es2022",
            "--lib",
            "es2022,dom",
            folder.File("client.ts")
        );
        var output = await RunAsync(folder.File("client.js"), http.BaseAddress!.AbsoluteUri.TrimEnd('/'));

        Assert.Equal("nobody email none\ncontent.title\n", output.ReplaceLineEndings("\n"));
    }

    private static Task<string> RunAsync(params string[] arguments) =>
        Command.RunAsync(Folder, ServerProcess.Find("node"), arguments);
}
