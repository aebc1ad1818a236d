using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Host.Tests.Composition;

/// <summary>Tests the command that updates the schema, and a process that only checks it.</summary>
public sealed class MigrationTests(PostgreSqlServer postgres)
{
    [Fact]
    public async Task A_process_that_may_not_update_the_schema_starts_after_the_command_has_run()
    {
        using var folder = new TemporaryFolder();
        var database = await postgres.CreateDatabaseAsync();

        var (exitCode, output) = await RunAsync(folder, database, "--urls", "http://127.0.0.1:0");
        Assert.Equal(1, exitCode);
        Assert.Contains("The database has schema version 0, and this version of Notify needs ", output, StringComparison.Ordinal);
        Assert.Contains("Run the command migrate", output, StringComparison.Ordinal);

        for (var time = 0; time < 2; time++)
        {
            (exitCode, output) = await RunAsync(folder, database, "migrate");
            Assert.True(exitCode == 0, output);
            Assert.Contains("The schema is up to date.", output, StringComparison.Ordinal);
        }

        var (host, client) = await SampleProcess.StartHostAsync(
            folder.Path,
            CreateEnvironment(database),
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}"
        );
        await using var started = host;
        await client.WaitUntilReadyAsync();
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(
        TemporaryFolder folder,
        string database,
        params string[] arguments
    )
    {
        await using var process = SampleProcess.Start("Notify.Host", folder.Path, CreateEnvironment(database), arguments);
        await process.WaitForExitAsync();
        return (process.ExitCode, process.Output);
    }

    private static Dictionary<string, string> CreateEnvironment(string database) =>
        new() { ["Notify__PostgreSql"] = database, ["Notify__PostgreSql__UpdateSchema"] = "false" };
}
