using System.Text;

namespace Notify.Architecture.Tests.Packages;

/// <summary>The code in the packages' own readmes compiles against the packages.</summary>
public sealed class PackageReadmeTests(PackedPackages packed)
{
    // Names that the fragments use for what a reader's application has already.
    private const string Given = """
        WebApplicationBuilder builder, WebApplication app, INotifier notifier, Trigger trigger, string connectionString,
        string accountSid, string authToken, NpgsqlConnection connection, IMongoClient client, CancellationToken cancellationToken
        """;

    private static readonly string[] Usings =
    [
        "Microsoft.Extensions.DependencyInjection",
        "MongoDB.Driver",
        "Notify",
        "Notify.Client.Outbox",
        "Notify.Conformance.Storage",
        "Notify.Providers",
        "Notify.Providers.Mail",
        "Notify.Providers.Sandbox",
        "Notify.Storage.MongoDb",
        "Notify.Storage.Toolkit",
        "Notify.Testing",
        "Npgsql",
        "Twilio.Clients",
    ];

    // A fragment of a provider that only the reader has; samples/CustomProvider is that provider, and is compiled there.
    private const string NeedsOwnProvider = "Notify.Providers.Http";

    [Fact]
    public async Task The_code_of_every_package_compiles()
    {
        var packages = (await packed.ListAsync()).Where(package => package.Id != NeedsOwnProvider && !package.IsTool).ToList();
        using var project = await Consumer.CreateAsync("web", packed, packages.Select(package => package.Id));
        await project.WriteAsync("Usings.cs", string.Concat(Usings.Select(name => $"global using {name};\n")));

        foreach (var package in packages)
        {
            var page = Repository.GetPath($"src/{package.Id}/{(package.Id == "Notify.Core" ? "PACKAGE.md" : "README.md")}");
            var blocks = Readme.ReadBlocks(page, "csharp");
            Assert.NotEmpty(blocks);
            await project.WriteAsync($"{package.Id}.cs", Wrap(package.Id.Replace('.', '_'), blocks));
        }

        await project.BuildAsync();
    }

    private static string Wrap(string name, IReadOnlyList<string> blocks)
    {
        var body = new StringBuilder();
        foreach (var (block, number) in blocks.Select((block, index) => (block, index)))
        {
            var code = string.Join('\n', block.Split('\n').Where(line => !IsUsing(line)));
            if (code.Contains("class ", StringComparison.Ordinal))
                body.Append(code);
            else if (code.Contains("var builder", StringComparison.Ordinal))
                body.Append(
                    $"static class {name}{number} {{ static async Task Run(string[] args) {{ await Task.Yield(); {code} }} }}\n"
                );
            else
                body.Append(
                    $"static class {name}{number} {{ static async Task Run({Given}) {{ await Task.Yield(); {code} }} }}\n"
                );
        }

        return body.ToString();
    }

    // The directives of a block are those of the project; 'using var' stays.
    private static bool IsUsing(string line) =>
        line.StartsWith("using ", StringComparison.Ordinal) && !line.StartsWith("using var ", StringComparison.Ordinal);
}
