using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Layout;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;
using Notify.Hosting.DeadLetters;

namespace Notify.Dashboard.DeadLetters;

/// <summary>The dead letters by reason, and their replay: first as a dry run that counts them, then for real.</summary>
internal static class DeadLetterPages
{
    private const string Path = "dead-letters";

    private const int Examined = 500;

    // A form waits for at most this many.
    private const int AtOnce = 1_000;

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Read, ShowAsync);
        routes.MapForm($"{Path}/check", ApiScope.Manage, CheckAsync);
        routes.MapAction($"{Path}/replay", ApiScope.Manage, "replayDeadLetters", Path, ReplayAsync);
        routes.MapPage($"{Path}/progress", ApiScope.Read, ShowProgressAsync);
    }

    private static async Task<IResult> ShowAsync(PageContext page)
    {
        var queries = GetQueries(page);
        var errors = new List<FieldError>();
        var filter = ReadFilter(page, page.GetQuery, errors);
        errors.AddRange(queries.Validate(filter));
        if (errors.Count > 0)
            return new PageResult<DeadLetterListPage>(
                page,
                DeadLetterView.Invalid(filter, errors),
                StatusCodes.Status400BadRequest
            );

        var found = await queries.ListDeadLettersAsync(filter, page.GetPage(), page.Aborted).ConfigureAwait(false);
        var view = new DeadLetterView
        {
            Filter = filter,
            Found = found,
            Count = await DeadLetterCount.FindAsync(queries, filter, page.Aborted).ConfigureAwait(false),
            Groups = await DeadLetterGroups.ReadAsync(page, Examined).ConfigureAwait(false),
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
        if (replay.Filter.Ids is null && await StartLargeAsync(page, entry, replay).ConfigureAwait(false) is { } started)
            return started;
        var result = await GetQueries(page).ReplayDeadLettersAsync(replay, page.Aborted).ConfigureAwait(false);
        entry.Add(new AuditChange("replayed", null, $"{result.Count}"));
        return result.Count > 0
            ? ActionOutcome.Done(next, $"Replayed: {Texts.Count(result.Count, "delivery is", "deliveries are")} due again.")
            : ActionOutcome.Unchanged(next, "There was nothing to replay. Other people may have replayed it already.");
    }

    /// <summary>Starts a replay that takes longer than a person waits for a page. Returns null for a smaller one.</summary>
    private static async Task<ActionOutcome?> StartLargeAsync(PageContext page, AuditEntry entry, DeadLetterReplay replay)
    {
        var services = page.Http.RequestServices;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var check = await GetQueries(page)
            .ReplayDeadLettersAsync(replay with { DryRun = true }, page.Aborted)
            .ConfigureAwait(false);
        if (check.Count <= AtOnce)
            return null;

        // A delivery that fails again ends later, so it is not one of those whose number falls.
        var filter = replay.Filter with { To = replay.Filter.To < now ? replay.Filter.To : now };
        ReplayRuns.Start(services, replay with { Filter = filter, All = false });
        entry.Add(new AuditChange("replayed", null, $"{check.Count}"));
        return ActionOutcome.Done(
            $"{Path}/progress{CreateQuery(filter, check.Count)}",
            "The replay has started. This page shows its progress."
        );
    }

    private static QueryString CreateQuery(DeadLetterFilter filter, long total)
    {
        var fields = new Dictionary<string, string?>
        {
            ["provider"] = filter.Provider,
            ["reason"] = filter.Reason,
            ["from"] = filter.From is { } from ? Texts.Iso(from) : null,
            ["to"] = filter.To is { } to ? Texts.Iso(to) : null,
            ["total"] = total.ToString(CultureInfo.InvariantCulture),
        };
        return QueryString.Create(fields.Where(field => field.Value is not null));
    }

    // Replayed dead letters are no dead letters any more, so any process can tell the progress without a stored state.
    private static async Task<IResult> ShowProgressAsync(PageContext page)
    {
        var errors = new List<FieldError>();
        var filter = ReadFilter(page, page.GetQuery, errors);
        var number = page.GetQuery("total");
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var total) || filter.To is null)
            errors.Add(new FieldError("total", FieldErrorCodes.Required, "Open this page from a replay."));
        if (errors.Count > 0)
            throw new InvalidRequestException(errors);
        var left = await GetQueries(page).CountDeadLettersAsync(filter, page.Aborted).ConfigureAwait(false);
        return new PageResult<ReplayProgressPage>(page, new ReplayProgress(filter, total, Math.Min(left, total)));
    }

    private static async Task<DeadLetterReplay> ReadReplayAsync(PageContext page)
    {
        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        var errors = new List<FieldError>();
        var filter = ReadFilter(page, name => form[name].ToString() is { Length: > 0 } text ? text : null, errors);
        var ids = form["ids"].Where(id => Guid.TryParse(id, out _)).Select(id => Guid.Parse(id!)).ToList();
        if (ids.Count == 0 && form["selected"] == "true")
            errors.Add(new FieldError("ids", FieldErrorCodes.Required, "Go back and select at least one dead letter."));
        if (errors.Count > 0)
            throw new InvalidRequestException(errors);
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

    private static DeadLetterFilter ReadFilter(PageContext page, Func<string, string?> read, List<FieldError> errors) =>
        new()
        {
            Tenant = page.Tenant,
            Provider = read("provider"),
            Reason = read("reason"),
            From = Texts.ParseTime(read("from"), "from", errors),
            To = Texts.ParseTime(read("to"), "to", errors),
        };

    private static INotificationQueries GetQueries(PageContext page) =>
        page.Http.RequestServices.GetRequiredService<INotificationQueries>();
}
