using System.Net;

namespace Notify.Hosting.Tests;

/// <summary>Imports of devices, and imports from CSV files.</summary>
public sealed class ImportsOverHttpTests
{
    private const string Users = "/v1/jobs/import-users";
    private const string Devices = "/v1/jobs/import-devices";

    [Fact]
    public async Task Devices_are_imported_with_their_times()
    {
        await using var app = await ApiApplication.StartAsync();
        string[] lines =
        [
            """{"userId":"ada","id":"phone","platform":"android","token":"token-1","app":"shop","locale":"sv","""
                + """ "lastSeenAt":"2026-01-02T03:04:05Z"}""",
            """{"userId":"ada","id":"old","platform":"android","token":"token-2","registeredAt":"2020-01-01T00:00:00Z","""
                + """ "lastSeenAt":"2021-01-01T00:00:00Z","prunedAt":"2022-01-01T00:00:00Z","pruneReason":"gone"}""",
            """{"userId":"ada","id":"masked","platform":"android","token":"…1234"}""",
            """{"userId":"ada","id":"none"}""",
            """{"userId":"ada","id":"future","platform":"android","token":"token-3","lastSeenAt":"2999-01-01T00:00:00Z"}""",
        ];

        var job = await JobCalls.EndedAsync(app, await JobCalls.StartAsync(app, Devices, string.Join('\n', lines)));

        Assert.Equal(("completed", 5, 3), (job.Text("state"), JobCalls.Count(job, "done"), JobCalls.Count(job, "failed")));
        var devices = await JobCalls.ListDevicesAsync(app, "ada");
        Assert.Equal(["old", "phone"], devices.Select(device => device.Id));
        Assert.Equal(("token-1", "shop", "sv"), (devices[1].Token, devices[1].App, devices[1].Locale));
        Assert.Equal(DateTimeOffset.Parse("2026-01-02T03:04:05Z", null), devices[1].LastSeenAt);
        Assert.Equal(
            (2020, 2021, 2022),
            (devices[0].RegisteredAt.Year, devices[0].LastSeenAt.Year, devices[0].PrunedAt!.Value.Year)
        );
        Assert.Equal("gone", devices[0].PruneReason);
        var errors = await JobCalls.ErrorsAsync(app, job);
        Assert.Equal(["3 token", "4 platform", "4 token", "5 lastSeenAt"], errors.Order());
    }

    [Fact]
    public async Task An_import_does_not_replace_a_device_that_was_seen_later()
    {
        await using var app = await ApiApplication.StartAsync();
        const string Line =
            """{"userId":"ada","id":"phone","platform":"android","token":"old","lastSeenAt":"2026-01-02T03:04:05Z"}""";
        await JobCalls.EndedAsync(app, await JobCalls.StartAsync(app, Devices, Line));
        await app.CallAsync("PUT", "/v1/users/ada/devices/phone", """{"platform":"android","token":"new"}""");

        var job = await JobCalls.EndedAsync(app, await JobCalls.StartAsync(app, Devices, Line));

        Assert.Equal((1, 0), (JobCalls.Count(job, "done"), JobCalls.Count(job, "failed")));
        Assert.Equal("new", Assert.Single(await JobCalls.ListDevicesAsync(app, "ada")).Token);
    }

    [Fact]
    public async Task A_CSV_file_has_quoted_cells_and_errors_that_name_line_and_column()
    {
        await using var app = await ApiApplication.StartAsync();
        const string File =
            "\uFEFFid,addresses.email,quietHours.from,quietHours.to,locale,properties.note\r\n"
            + "ada,ada@example.org,22:00,07:00,sv,\"first line\r\nsecond \"\"line\"\"\"\r\n"
            + "\r\n"
            + "grace,nobody,,,,\r\n"
            + "lin,lin@example.org\r\n"
            + "mia,mia@example.org,,,,a \"stray\" mark\r\n"
            + "åsa,asa@example.org,,,,\n";

        var job = await JobCalls.EndedAsync(app, await JobCalls.StartAsync(app, Users, File, "text/csv"));

        Assert.Equal((5, 5, 3), (JobCalls.Count(job, "total"), JobCalls.Count(job, "done"), JobCalls.Count(job, "failed")));
        Assert.Equal(["5 addresses.email", "6 body", "7 body"], await JobCalls.ErrorsAsync(app, job));
        var ada = await app.CallAsync("GET", "/v1/users/ada");
        Assert.Equal("first line\r\nsecond \"line\"", ada.GetProperty("properties").Text("note"));
        Assert.Equal("07:00:00", ada.GetProperty("quietHours").Text("to"));
        Assert.Equal("asa@example.org", (await app.CallAsync("GET", "/v1/users/åsa")).GetProperty("addresses").Text("email"));
    }

    [Fact]
    public async Task Devices_and_properties_can_be_in_CSV_files()
    {
        await using var app = await ApiApplication.StartAsync();
        const string DeviceFile = "platform,token,userId,id,lastSeenAt\nandroid,\"token:1\",ada,browser,2026-01-02T03:04:05Z\n";
        const string UserFile = "id,properties\nada,\"{\"\"plan\"\":{\"\"seats\"\":3}}\"\nlin,{\n";

        await JobCalls.EndedAsync(app, await JobCalls.StartAsync(app, Devices, DeviceFile, "text/csv; charset=utf-8"));
        var users = await JobCalls.EndedAsync(app, await JobCalls.StartAsync(app, Users, UserFile, "text/csv"));

        Assert.Equal("token:1", Assert.Single(await JobCalls.ListDevicesAsync(app, "ada")).Token);
        var ada = await app.CallAsync("GET", "/v1/users/ada");
        Assert.Equal(3, ada.GetProperty("properties").GetProperty("plan").GetProperty("seats").GetInt32());
        Assert.Equal(["3 properties"], await JobCalls.ErrorsAsync(app, users));
    }

    [Theory]
    [InlineData("id,colour,addresses.email\nada,red,ada@example.org\n", "colour")]
    [InlineData("id,locale,id\nada,sv,ada\n", "id")]
    [InlineData("id;locale\nada;sv\n", "id;locale")]
    [InlineData("id,properties,properties.plan\nada,{},pro\n", "properties")]
    [InlineData("", "body")]
    public async Task A_column_that_is_not_valid_is_named_before_a_job_begins(string file, string column)
    {
        await using var app = await ApiApplication.StartAsync();

        using var response = await JobCalls.PostAsync(app, Users, file, "text/csv");

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal([column], problem.Fields());
        Assert.Empty((await app.CallAsync("GET", "/v1/jobs")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_quotation_mark_that_is_never_closed_does_not_fill_the_memory()
    {
        await using var app = await ApiApplication.StartAsync(options => options.MaxBodyBytes = 100_000);
        var file = $"id,locale\nada,sv\nlin,\"{new string('x', 2_000_000)}";

        using var response = await JobCalls.PostAsync(app, Users, file, "text/csv");

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal(["body"], problem.Fields());
        var job = Assert.Single((await app.CallAsync("GET", "/v1/jobs")).GetProperty("items").EnumerateArray());
        Assert.Equal("failed", job.Text("state"));
    }
}
