using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Engines;
using Notify.Load.Hosts;
using Notify.Load.PostgreSql;
using Notify.Providers;

namespace Notify.Load.Lists;

/// <summary>
/// Measures every list of the API and every page of the dashboard with many notifications in PostgreSQL. Each must answer within
/// 200 ms in 99 of 100 calls.
/// </summary>
internal static class ListsScenario
{
    public const string Name = "lists";

    private const string Dashboard = "/dashboard/";
    private const double MaxMilliseconds = 200;

    /// <summary>The list that needs the token of a user. It reads the same as the list of an operator below.</summary>
    private const string OfUsers = "/v1/inbox";

    private const int Calls = 100;

    private static readonly string[] Statuses = ["scheduled", "inProgress", "completed", "failed", "cancelled", "nothingToSend"];

    private static readonly string Provider = new PromptProvider().Name;

    /// <summary>The middle of the time in which the notifications were accepted.</summary>
    private static readonly string Week =
        $"from={DateTime.UtcNow.AddDays(-15):yyyy-MM-dd}T00:00:00Z&to={DateTime.UtcNow.AddDays(-8):yyyy-MM-dd}T00:00:00Z";

    /// <summary>Lists that find few of many, and the next pages of lists.</summary>
    private static readonly string[] More =
    [
        .. Statuses.Select(status => $"/v1/notifications?status={status}"),
        "/v1/notifications?status=failed&user=ada",
        "/v1/notifications?status=failed&user=none",
        "/v1/notifications?status=failed&template=none&category=none",
        "/v1/notifications?status=failed&channel=email",
        "/v1/notifications?status=failed&channel=sms",
        "/v1/notifications?status=completed&channel=sms",
        $"/v1/notifications?status=failed&reference={ListRows.Reference}",
        $"/v1/notifications?status=failed&{Week}",
        $"/v1/notifications?status=inProgress&{Week}",
        "/v1/notifications?channel=email",
        "/v1/notifications?channel=sms",
        "/v1/notifications?channel=push&category=none",
        "/v1/notifications?user=ada",
        "/v1/notifications?template=none",
        $"/v1/notifications?reference={ListRows.Reference}",
        "/v1/notifications?to=2020-01-01T00:00:00Z",
        "/v1/dead-letters?reason=mailbox",
        "/v1/dead-letters?reason=none",
        "/v1/dead-letters?provider=none",
        $"/v1/dead-letters?{Week}",
        $"/v1/dead-letters?reason=mailbox&{Week}",
        $"/v1/dead-letters?provider={Provider}&reason=none&{Week}",
        "/v1/users?prefix=u-0005",
        $"/v1/topics/{ListRows.Topic}/subscribers",
        "/v1/users/ada/devices",
        "/v1/users/ada/inbox",
        .. Pages.Select(page => Dashboard + page),
    ];

    private static IEnumerable<string> Pages =>
        [
            "",
            "notifications",
            .. Statuses.Select(status => $"notifications?status={status}"),
            "notifications?channel=sms",
            "notifications?status=failed&channel=sms",
            "dead-letters",
            "dead-letters?reason=none",
            "providers",
            "jobs",
            "templates",
            "workflows",
            "users",
            "users/ada",
            "topics",
            $"topics/{ListRows.Topic}",
            "keys",
            "members",
            "event-subscriptions",
            "audit",
        ];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 10_000_000, min: 1_000);
        var only = arguments.Text("only") ?? "";
        var hold = arguments.Text("hold");
        arguments.RefuseUnknown();

        await using var server = await PostgreSqlProcess.StartAsync();
        await using var database = await TurnDatabase.CreateAsync(server);
        await using var app = await StartAsync(database.ConnectionString);
        await CreateModelsAsync(app.Services);
        await new ListRows(database.ConnectionString).FillAsync(count);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromMinutes(10) };

        var worst = 0.0;
        var lists = await FindListsAsync(client);
        foreach (var path in lists.Where(path => path.Contains(only, StringComparison.Ordinal)))
        {
            var (median, highest) = await MeasureAsync(client, path);
            worst = Math.Max(worst, highest);
            Console.Error.WriteLine(
                $"{(highest > MaxMilliseconds ? "SLOW" : "ok  ")} p50 {median, 8:0.0} ms  p99 {highest, 8:0.0} ms  {path}"
            );
        }

        // Time to ask the server for the plans of slow queries.
        while (hold is not null && !File.Exists(hold))
            await Task.Delay(TimeSpan.FromSeconds(1));
        new ListsResult(count, Math.Round(worst, 1), worst <= MaxMilliseconds).Print();
        return worst <= MaxMilliseconds ? 0 : 1;
    }

    private static async Task<WebApplication> StartAsync(string connectionString)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddNotifications().UsePostgreSql(connectionString).AddInbox();
        builder.Services.AddSingleton<IDeliveryProvider>(new PromptProvider());
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapNotifications();
        app.MapNotifyDashboard(Dashboard.TrimEnd('/'));
        await app.StartAsync();
        return app;
    }

    /// <summary>Creates one of each thing, which is copied.</summary>
    private static async Task CreateModelsAsync(IServiceProvider services)
    {
        var recipients = services.GetRequiredService<IRecipients>();
        await recipients.SaveUserAsync(
            new User
            {
                Id = "ada",
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
            }
        );
        await recipients.SubscribeAsync(Trigger.DefaultTenant, ListRows.Topic, ["ada"]);
        var notifier = services.GetRequiredService<INotifier>();
        var queries = services.GetRequiredService<INotificationQueries>();
        foreach (var channel in new[] { Channel.Email, Channel.Inbox })
        {
            var sent = await notifier.TriggerAsync(
                new Trigger
                {
                    To = Recipient.User("ada"),
                    Channels = [channel],
                    Reference = channel == Channel.Email ? ListRows.Reference : null,
                    Content = new Content { Title = "Your order", Body = "It is on its way." },
                }
            );
            while ((await queries.FindAsync(Trigger.DefaultTenant, sent.Id))?.Status != NotificationStatus.Completed)
                await Task.Delay(10);
        }

        await services
            .GetRequiredService<IAuditLog>()
            .WriteAsync(
                new AuditRecord
                {
                    Id = Guid.CreateVersion7(),
                    At = DateTimeOffset.UtcNow,
                    Tenant = Trigger.DefaultTenant,
                    Actor = new AuditActor(AuditActorKind.Anonymous),
                    Action = "saveUser",
                    Resource = new AuditResource("users", "ada"),
                    Outcome = AuditOutcome.Succeeded,
                },
                CancellationToken.None
            );
    }

    private static async Task<IEnumerable<string>> FindListsAsync(HttpClient client)
    {
        var document = JsonElement.Parse(await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        var lists = document
            .GetProperty("paths")
            .EnumerateObject()
            .Where(path => !path.Name.Contains('{', StringComparison.Ordinal) && path.Name != OfUsers && IsList(path.Value))
            .Select(path => path.Name);
        return [.. lists, .. More];
    }

    private static bool IsList(JsonElement path) =>
        path.TryGetProperty("get", out var get)
        && get.TryGetProperty("parameters", out var parameters)
        && parameters.GetRawText().Contains("limit", StringComparison.Ordinal);

    private static async Task<(double Median, double Highest)> MeasureAsync(HttpClient client, string path)
    {
        var times = new double[Calls];
        for (var i = -3; i < Calls; i++)
        {
            var started = Stopwatch.GetTimestamp();
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
            await response.Content.ReadAsByteArrayAsync();
            if (!response.IsSuccessStatusCode)
            {
                Console.Error.WriteLine($"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync()}");
                return (double.MaxValue, double.MaxValue);
            }

            var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            if (i >= 0)
                times[i] = elapsed;
            // A list that takes seconds needs no hundred calls to be known as slow.
            if (elapsed > 10 * MaxMilliseconds)
                return (elapsed, elapsed);
        }

        Array.Sort(times);
        return (times[Calls / 2], times[(Calls * 99 / 100) - 1]);
    }
}
