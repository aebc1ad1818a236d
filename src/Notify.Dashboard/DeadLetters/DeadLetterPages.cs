using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Layout;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;

namespace Notify.Dashboard.DeadLetters;

/// <summary>The dead letters by reason, and their replay: first as a dry run that counts them, then for real.</summary>
internal static class DeadLetterPages
{
    private const string Path = "dead-letters";

    // The reasons are found and counted among this many dead letters. Counting each of them exactly would read all dead letters
    // once per reason.
    private const int Examined = 500;
    private const int MaxGroups = 10;

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Read, ShowAsync);
        routes.MapForm($"{Path}/check", ApiScope.Manage, CheckAsync);
        routes.MapAction($"{Path}/replay", ApiScope.Manage, "replayDeadLetters", Path, ReplayAsync);
    }

    private static async Task<IResult> ShowAsync(PageContext page)
    {
        var queries = GetQueries(page);
        var filter = ReadFilter(page, name => page.GetQuery(name));
        var errors = queries.Validate(filter);
        if (errors.Count > 0)
            return new PageResult<DeadLetterListPage>(
                page,
                DeadLetterView.Invalid(filter, errors),
                StatusCodes.Status400BadRequest
            );

        var found = await queries.ListDeadLettersAsync(filter, page.GetPage(), page.Aborted).ConfigureAwait(false);
        var examined = await ExamineAsync(page, queries).ConfigureAwait(false);
        var view = new DeadLetterView
        {
            Filter = filter,
            Found = found,
            Count = await queries.CountDeadLettersAsync(filter, page.Aborted).ConfigureAwait(false),
            Groups = CreateGroups(examined.Items),
            Examined = examined.Next is null ? null : examined.Items.Count,
        };
        return new PageResult<DeadLetterListPage>(page, view);
    }

    private static async Task<IResult> CheckAsync(PageContext page)
    {
        var replay = await ReadReplayAsync(page).ConfigureAwait(false) with { DryRun = true };
        var result = await GetQueries(page).ReplayDeadLettersAsync(replay, page.Aborted).ConfigureAwait(false);
        return new PageResult<ReplayPage>(page, new ReplayCheck(replay, result.Count));
    }

    private static async Task<ActionOutcome> ReplayAsync(PageContext page, AuditEntry entry)
    {
        var replay = await ReadReplayAsync(page).ConfigureAwait(false);
        var next = await ReadNextAsync(page).ConfigureAwait(false);
        var result = await GetQueries(page).ReplayDeadLettersAsync(replay, page.Aborted).ConfigureAwait(false);
        entry.Add(new AuditChange("replayed", null, $"{result.Count}"));
        return result.Count > 0
            ? ActionOutcome.Done(next, $"Replayed: {Texts.Count(result.Count, "delivery is", "deliveries are")} due again.")
            : ActionOutcome.Unchanged(next, "There was nothing to replay. Other people may have replayed it already.");
    }

    private static Task<Page<DeliveryRecord>> ExamineAsync(PageContext page, INotificationQueries queries) =>
        queries.ListDeadLettersAsync(
            new DeadLetterFilter { Tenant = page.Tenant },
            new PageRequest { Limit = Examined },
            page.Aborted
        );

    private static IReadOnlyList<DeadLetterGroup> CreateGroups(IReadOnlyList<DeliveryRecord> examined) =>
        [
            .. examined
                .GroupBy(item => (item.Reason, item.Delivery.Provider))
                .OrderByDescending(group => group.Count())
                .Take(MaxGroups)
                .Select(group => new DeadLetterGroup(
                    group.Key.Reason,
                    group.Key.Provider,
                    group.First().Delivery.Channel,
                    group.Count()
                )),
        ];

    private static async Task<DeadLetterReplay> ReadReplayAsync(PageContext page)
    {
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        var filter = ReadFilter(page, name => form[name].ToString() is { Length: > 0 } text ? text : null);
        var ids = form["ids"].Where(id => Guid.TryParse(id, out _)).Select(id => Guid.Parse(id!)).ToList();
        if (ids.Count > 0)
            filter = filter with { Ids = ids };
        return new DeadLetterReplay { Filter = filter, All = form["all"] == "true" };
    }

    private static async Task<string> ReadNextAsync(PageContext page)
    {
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        return form["next"].ToString() is var next && next.Split('/') is ["notifications", var id] && Guid.TryParse(id, out _)
            ? next
            : Path;
    }

    private static DeadLetterFilter ReadFilter(PageContext page, Func<string, string?> read) =>
        new()
        {
            Tenant = page.Tenant,
            Provider = read("provider"),
            Reason = read("reason"),
            From = Texts.ParseTime(read("from")),
            To = Texts.ParseTime(read("to")),
        };

    private static INotificationQueries GetQueries(PageContext page) =>
        page.Http.RequestServices.GetRequiredService<INotificationQueries>();
}
