using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Exports, which can be imported again, and the pruning of stale devices.</summary>
public sealed class ExportsOverHttpTests
{
    private const string Line = """{"id":"ada","addresses":{"email":"ada@example.org"}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_exported_can_be_imported_by_another_tenant()
    {
        await using var app = await ApiApplication.StartAsync();
        string[] users =
        [
            .. Enumerable
                .Range(0, 450)
                .Select(i => $$$"""{"id":"user-{{{i}}}","addresses":{"email":"user{{{i}}}@example.org"}}"""),
            """{"id":"åsa","locale":"sv","timeZone":"Europe/Stockholm","quietHours":{"from":"22:00","to":"07:00"},"""
                + """ "properties":{"plan":{"seats":3},"note":"a\nb"}}""",
        ];
        string[] devices =
        [
            """{"userId":"åsa","id":"phone","platform":"android","token":"token-1","app":"shop","""
                + """ "lastSeenAt":"2026-01-02T03:04:05Z"}""",
            """{"userId":"nobody","id":"old","platform":"android","token":"token-2","registeredAt":"2020-01-01T00:00:00Z","""
                + """ "lastSeenAt":"2021-01-01T00:00:00Z","prunedAt":"2022-01-01T00:00:00Z","pruneReason":"gone"}""",
        ];
        await ImportAsync("users", string.Join('\n', users), Trigger.DefaultTenant);
        await ImportAsync("devices", string.Join('\n', devices), Trigger.DefaultTenant);

        var exportedUsers = await ExportAsync("users", Trigger.DefaultTenant);
        var exportedDevices = await ExportAsync("devices", Trigger.DefaultTenant);
        await ImportAsync("users", exportedUsers, "other");
        await ImportAsync("devices", exportedDevices, "other");

        Assert.Equal(451, exportedUsers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(exportedUsers, await ExportAsync("users", "other"));
        Assert.Equal(exportedDevices, await ExportAsync("devices", "other"));
        var lists = app.Services.GetRequiredService<IRecipientListStore>();
        var stored = await lists.ListDevicesAsync(Trigger.DefaultTenant, null, 10, Cancellation);
        var copied = await lists.ListDevicesAsync("other", null, 10, Cancellation);
        Assert.Equal(stored.Select(device => device with { Tenant = "other" }), copied);
        Assert.Equal(2, copied.Count);

        async Task ImportAsync(string what, string lines, string tenant)
        {
            var job = await JobCalls.EndedAsync(
                app,
                await JobCalls.StartAsync(app, $"/v1/jobs/import-{what}", lines, tenant: tenant),
                tenant
            );
            Assert.Equal(("completed", 0), (job.Text("state"), JobCalls.Count(job, "failed")));
        }

        async Task<string> ExportAsync(string what, string tenant)
        {
            var started = await app.CallAsync("POST", $"/v1/jobs/export-{what}", tenant: tenant);
            var job = await JobCalls.EndedAsync(app, $"/v1/jobs/{started.Text("id")}", tenant);
            Assert.Equal(JobCalls.Count(job, "total"), JobCalls.Count(job, "done"));
            var (status, lines) = await app.AskAsync("GET", $"/v1/jobs/{job.Text("id")}/result", tenant: tenant);
            Assert.Equal(HttpStatusCode.OK, status);
            return lines;
        }
    }

    [Fact]
    public async Task A_result_belongs_to_its_tenant_and_expires()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var app = await ApiApplication.StartAsync(services: services => services.AddSingleton<TimeProvider>(time));
        await app.CallAsync("PUT", "/v1/users/ada", """{"addresses":{"email":"ada@example.org"}}""");
        var job = $"/v1/jobs/{(await app.CallAsync("POST", "/v1/jobs/export-users")).Text("id")}";
        await JobCalls.EndedAsync(app, job);

        Assert.Equal((HttpStatusCode.OK, $"{Line}\n"), await app.AskAsync("GET", $"{job}/result"));
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", $"{job}/result", tenant: "other")).Status);

        time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(HttpStatusCode.NotFound, (await app.AskAsync("GET", $"{job}/result")).Status);
        var documents = app.Services.GetRequiredService<IDocumentStore>();
        await Eventually.TrueAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromMinutes(10));
                return (await documents.ListAsync(new DocumentQuery { Collection = "job-results" }, Cancellation)).Count == 0;
            },
            "the result to be removed"
        );
    }

    [Fact]
    public async Task Stale_devices_are_counted_and_then_pruned()
    {
        await using var app = await ApiApplication.StartAsync();
        var now = DateTimeOffset.UtcNow;
        (string Id, int Days)[] devices = [("new", 0), ("recent", 89), ("stale", 91), ("older", 400)];
        var lines = string.Join(
            '\n',
            devices.Select(device =>
                $$$"""{"userId":"ada","id":"{{{device.Id}}}","platform":"android","token":"token-{{{device.Id}}}","""
                + $$$""" "lastSeenAt":"{{{now.AddDays(-device.Days):O}}}"}"""
            )
        );
        await JobCalls.EndedAsync(app, await JobCalls.StartAsync(app, "/v1/jobs/import-devices", lines));

        var counted = await PruneAsync("""{"days":90,"dryRun":true}""");
        var before = await JobCalls.ListDevicesAsync(app, "ada");
        var pruned = await PruneAsync("""{"days":90}""");
        // Another number of days: a device tells the jobs apart by their time.
        var again = await PruneAsync("""{"days":91}""");

        Assert.Equal(
            (4, 2, true),
            (JobCalls.Count(counted, "done"), JobCalls.Count(counted, "affected"), counted.GetProperty("dryRun").GetBoolean())
        );
        Assert.All(before, device => Assert.Null(device.PrunedAt));
        Assert.Equal(2, JobCalls.Count(pruned, "affected"));
        var after = await JobCalls.ListDevicesAsync(app, "ada");
        Assert.Equal(["older", "stale"], after.Where(device => device.PrunedAt is not null).Select(device => device.Id));
        Assert.Equal(0, JobCalls.Count(again, "affected"));

        async Task<System.Text.Json.JsonElement> PruneAsync(string body)
        {
            var started = await app.CallAsync("POST", "/v1/jobs/stale-devices", body);
            return await JobCalls.EndedAsync(app, $"/v1/jobs/{started.Text("id")}");
        }
    }

    [Fact]
    public async Task A_tenant_with_many_jobs_does_not_delay_another()
    {
        using var isSmallAccepted = new ManualResetEventSlim();
        await using var app = await ApiApplication.StartAsync(services: services =>
            HeldUserStore.Add(services, "large", isSmallAccepted)
        );
        var lines = string.Join('\n', Enumerable.Repeat(Line, 20_000));
        var large = new List<string>();
        for (var i = 0; i < 3; i++)
            large.Add(await JobCalls.StartAsync(app, "/v1/jobs/import-users", lines, tenant: "large"));

        var small = await JobCalls.StartAsync(app, "/v1/jobs/import-users", Line, tenant: "small");
        isSmallAccepted.Set();

        var ended = await GetEndAsync(small, "small");
        foreach (var job in large)
            Assert.True(ended < await GetEndAsync(job, "large"));

        async Task<DateTimeOffset> GetEndAsync(string job, string tenant) =>
            (await JobCalls.EndedAsync(app, job, tenant)).GetProperty("endedAt").GetDateTimeOffset();
    }
}
