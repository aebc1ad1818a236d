using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Cli.Tests;

/// <summary>Imports of users and devices from files, whose parts are sent one by one.</summary>
public sealed class ImportTests(Service service)
{
    private const string Header = "userId,id,platform,token";

    [Fact]
    public async Task Users_are_imported_from_CSV_and_refused_lines_are_reported_with_their_numbers()
    {
        using var user = service.CreateUser();
        var file = await user.WriteAsync(
            "users.csv",
            "id,addresses.email,properties.plan",
            "ada,ada@example.org,pro",
            "grace,nobody,pro",
            "",
            "linus,linus@example.org,\"two",
            "lines, and \"\"quotes\"\"\"",
            "alan,alan@example.org,pro,extra",
            "edsger,edsger@example.org,"
        );

        var result = (await user.RunAsync("users", "import", file, "--part-lines", "2", "--json")).Expect(1).Json;

        Assert.Equal((5, 3, 2), (Get(result, "lines"), Get(result, "saved"), Get(result, "refused")));
        var report = await ReadReportAsync(result.GetProperty("errors").GetString()!);
        Assert.Equal([(3, "grace", "addresses.email"), (7, null, "body")], report);
        var saved = await service.Get<IRecipients>().FindUserAsync(user.Tenant, "linus");
        Assert.Equal("two\nlines, and \"quotes\"", saved!.Value.Properties!.Value.GetProperty("plan").GetString());
        Assert.NotNull(await service.Get<IRecipients>().FindUserAsync(user.Tenant, "edsger"));
        Assert.False(File.Exists($"{file}.notify-import.json"));

        var text = (await user.RunAsync("users", "import", file)).Expect(1);
        Assert.Contains("5 lines in ", text.Output);
        Assert.Contains($"{file}:3: addresses.email: ", text.Error);
        Assert.Equal(report, await ReadReportAsync($"{file}.errors.ndjson"));
    }

    [Fact]
    public async Task Devices_are_imported_from_NDJSON_with_the_numbers_of_the_lines_in_the_file()
    {
        using var user = service.CreateUser();
        var file = await user.WriteAsync(
            "devices.ndjson",
            CreateLine("ada", "phone"),
            CreateLine("ada", "tablet"),
            "",
            "{broken",
            CreateLine("grace", "phone").Replace("android", "abacus"),
            CreateLine("linus", "phone")
        );

        var result = (await user.RunAsync("devices", "import", file, "--part-lines", "2", "--errors", user.File("e"), "--json"))
            .Expect(1)
            .Json;

        Assert.Equal((5, 3), (Get(result, "lines"), Get(result, "saved")));
        Assert.Equal([4, 5], (await ReadReportAsync(user.File("e"))).Select(line => line.Line));
        Assert.Equal(2, (await service.Get<IRecipients>().ListDevicesAsync(user.Tenant, "ada")).Count);
    }

    [Fact]
    public async Task A_file_that_the_service_cannot_read_is_refused_with_the_field()
    {
        using var user = service.CreateUser();

        var column = await user.WriteAsync("columns.csv", "userId,id,platform,secret", "ada,1,android,x");
        Assert.Contains("Error: secret: Unknown column", (await user.RunAsync("devices", "import", column)).Expect(5).Error);

        var empty = await user.WriteAsync("empty.csv", Header);
        Assert.Contains("has no lines", (await user.RunAsync("devices", "import", empty)).Expect(2).Error);

        var format = await user.WriteAsync("devices.txt", Header, "ada,1,android,token");
        Assert.Contains("--format is required", (await user.RunAsync("devices", "import", format)).Expect(2).Error);
        (await user.RunAsync("devices", "import", format, "--format", "csv")).Expect(0);
    }

    /// <summary>The process is killed as by <c>kill -9</c>, and another one continues.</summary>
    [Fact]
    public async Task An_import_that_was_killed_continues_behind_the_parts_that_are_done()
    {
        // So many that the last part is not done before the kill, on a machine that is busy at that moment.
        const int parts = 100;
        const int lines = 5;
        using var user = service.CreateUser();
        string[] rows = [.. Enumerable.Range(1, parts * lines).Select(number => $"user-{number},phone,android,token-{number}")];
        // A line of the first part is refused before the kill, and one of the last part after it.
        (rows[3], rows[^1]) = ("user-4,phone,abacus,token-4", ",phone,android,token");
        var file = await user.WriteAsync("devices.csv", [Header, .. rows]);
        var state = $"{file}.notify-import.json";
        string[] command = ["devices", "import", file, "--part-lines", $"{lines}"];
        await using (var process = user.Start(command))
        {
            await Eventually.TrueAsync(
                () => process.HasExited || (File.Exists(state) && CountDone(state) >= 2),
                "the first parts"
            );
            Assert.False(process.HasExited, process.Output);
            process.Kill();
            await process.WaitForExitAsync();
        }

        var done = CountDone(state);
        Assert.InRange(done, 2, parts - 1);
        await File.AppendAllTextAsync(file, "user-0,phone,android,token-0\n");
        Assert.Contains("--restart", (await user.RunAsync(command)).Expect(2).Error);
        await user.WriteAsync("devices.csv", [Header, .. rows]);

        var resumed = (await user.RunAsync([.. command, "--json"])).Expect(1).Json;

        Assert.True(resumed.GetProperty("resumed").GetBoolean());
        Assert.Equal((parts * lines, 2), (Get(resumed, "lines"), Get(resumed, "refused")));
        Assert.Equal([5, parts * lines + 1], (await ReadReportAsync($"{file}.errors.ndjson")).Select(line => line.Line));
        foreach (var number in Enumerable.Range(1, parts * lines).Except([4, parts * lines]))
            Assert.Single(await service.Get<IRecipients>().ListDevicesAsync(user.Tenant, $"user-{number}"));
        // Only the part whose answer the killed process did not store can have been sent twice.
        var jobs = await service.Get<IJobs>().ListAsync(user.Tenant, new PageRequest { Limit = 500 });
        Assert.InRange(jobs.Items.Count, parts, parts + 1);
    }

    private static int CountDone(string state)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(state));
        return document.RootElement.GetProperty("parts").EnumerateArray().Count(part => part.GetProperty("isDone").GetBoolean());
    }

    private static string CreateLine(string user, string id) =>
        $$"""{"userId":"{{user}}","id":"{{id}}","platform":"android","token":"token-{{user}}-{{id}}"}""";

    private static int Get(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    private static async Task<IReadOnlyList<(int Line, string? Id, string Field)>> ReadReportAsync(string file) =>
        [
            .. (await File.ReadAllLinesAsync(file)).Select(line =>
            {
                using var document = JsonDocument.Parse(line);
                var root = document.RootElement;
                return (
                    root.GetProperty("line").GetInt32(),
                    root.TryGetProperty("id", out var id) ? id.GetString() : null,
                    root.GetProperty("errors")[0].GetProperty("field").GetString()!
                );
            }),
        ];
}
