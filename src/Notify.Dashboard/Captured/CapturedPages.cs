using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Rendering;
using Notify.Providers;

namespace Notify.Dashboard.Captured;

/// <summary>The messages that the sandbox captured instead of sending them.</summary>
internal static class CapturedPages
{
    private const string Path = "sandbox";

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Read, page => Task.FromResult(List(page)));
        routes.MapPage($"{Path}/email", ApiScope.Read, page => Task.FromResult(ShowEmail(page)));
    }

    private static IResult List(PageContext page)
    {
        if (page.Http.RequestServices.GetService<ICapturedMessages>() is not { } messages)
            return DashboardRoutes.ShowMissing(page, "sandbox");

        var found = Read(page, messages, ReadSequence(page.GetQuery(PageContext.AfterField)), 20);
        var next = found.Last?.ToString(CultureInfo.InvariantCulture);
        return new PageResult<CapturedPage>(
            page,
            new CapturedView([.. found.Items.EnumerateArray().Select(CapturedMessage.Read)], next)
        );
    }

    private static IResult ShowEmail(PageContext page)
    {
        var sequence = ReadSequence(page.GetQuery("sequence"));
        var messages = page.Http.RequestServices.GetService<ICapturedMessages>();
        // The list begins before a sequence number, so that of the message is the next one.
        var found = messages is null || sequence == long.MaxValue ? null : Read(page, messages, sequence + 1, 1);
        var message = found is null ? null : found.Items.EnumerateArray().Select(CapturedMessage.Read).FirstOrDefault();
        return message is { Content.Html: { } html } && message.Sequence == sequence
            ? PageHeaders.ShowEmail(page.Http.Response, html)
            : DashboardRoutes.ShowMissing(page, "email");
    }

    private static CapturedMessagePage Read(PageContext page, ICapturedMessages messages, long before, int limit) =>
        messages.Read(page.Tenant, before, limit);

    private static long ReadSequence(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : long.MaxValue;
}

/// <summary>The model of the captured messages.</summary>
internal sealed record CapturedView(IReadOnlyList<CapturedMessage> Items, string? Next);

/// <summary>A captured message.</summary>
internal sealed record CapturedMessage(
    long Sequence,
    Guid NotificationId,
    Channel Channel,
    string Address,
    DateTimeOffset CapturedAt,
    Content Content
)
{
    public static CapturedMessage Read(JsonElement json)
    {
        var content = json.GetProperty("content");
        return new CapturedMessage(
            json.GetProperty("sequence").GetInt64(),
            json.GetProperty("notificationId").GetGuid(),
            Channel.Create(json.GetProperty("channel").GetString()!),
            json.GetProperty("address").GetString()!,
            json.GetProperty("capturedAt").GetDateTimeOffset(),
            new Content
            {
                Title = Find(content, "title"),
                Body = Find(content, "body"),
                Html = Find(content, "html"),
            }
        );
    }

    private static string? Find(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
