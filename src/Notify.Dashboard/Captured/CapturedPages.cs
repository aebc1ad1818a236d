using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Notify.Core.Providers;
using Notify.Dashboard.Layout;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Requests;
using Notify.Providers;

namespace Notify.Dashboard.Captured;

/// <summary>The messages that the sandbox captured instead of sending them.</summary>
internal static class CapturedPages
{
    /// <summary>The path of the list, and the first segment of the other paths.</summary>
    public const string Path = Navigation.Sandbox;

    private const int PageSize = 24;

    public static void Map(DashboardRoutes routes)
    {
        routes.MapPage(Path, ApiScope.Read, page => Task.FromResult(List(page)));
        routes.MapPage($"{Path}/{{delivery}}/{{sequence}}", ApiScope.Read, page => Task.FromResult(Show(page)));
        routes.MapPage($"{Path}/{{delivery}}/{{sequence}}/email", ApiScope.Read, page => Task.FromResult(ShowEmail(page)));
        CapturedActions.Map(routes);
    }

    private static IResult List(PageContext page)
    {
        var services = page.Http.RequestServices;
        if (services.GetService<ICapturedMessages>() is not { } messages)
            return DashboardRoutes.ShowMissing(page, "sandbox");

        var errors = new List<FieldError>();
        var query = new CapturedMessageQuery
        {
            Tenant = page.Tenant,
            Channel = ReadChannel(page, errors),
            Recipient = page.GetQuery("recipient")?.Trim(),
            Text = page.GetQuery("text")?.Trim(),
            Before = ReadSequence(page.GetQuery(PageContext.AfterField)) ?? long.MaxValue,
            Limit = PageSize,
        };
        var found = errors.Count > 0 ? null : messages.Read(query);
        var view = new CapturedListView
        {
            Items = found is null ? [] : [.. found.Items.EnumerateArray().Select(CapturedMessage.Read)],
            Next = found?.Last?.ToString(CultureInfo.InvariantCulture),
            Answers = [.. messages.Answers.OrderBy(pair => pair.Key.Name, StringComparer.Ordinal)],
            Channels = services.GetRequiredService<ProviderCatalog>().Channels,
            IsFiltered = query.Channel is not null || query.Recipient is not null || query.Text is not null,
            Errors = errors,
        };
        var status = errors.Count > 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        return new PageResult<CapturedListPage>(page, view, status);
    }

    private static IResult Show(PageContext page) =>
        Find(page) is { } message
            ? new PageResult<CapturedDetailsPage>(page, message)
            : DashboardRoutes.ShowMissing(page, "captured message");

    private static IResult ShowEmail(PageContext page) =>
        Find(page) is { Content.Html: { } html }
            ? PageHeaders.ShowEmail(page.Http.Response, html)
            : DashboardRoutes.ShowMissing(page, "email");

    /// <summary>
    /// Finds the message that the path names. Numbers begin at 1 in each process, so the delivery must be right as well: a link
    /// never shows another message.
    /// </summary>
    private static CapturedMessage? Find(PageContext page)
    {
        if (
            page.Http.RequestServices.GetService<ICapturedMessages>() is not { } messages
            || !Guid.TryParse(RequestValues.Route(page.Http.Request, "delivery"), out var delivery)
            || ReadSequence(RequestValues.Route(page.Http.Request, "sequence")) is not ({ } sequence and < long.MaxValue)
        )
            return null;

        var query = new CapturedMessageQuery
        {
            Tenant = page.Tenant,
            Before = sequence + 1,
            Limit = 1,
        };
        return messages
            .Read(query)
            .Items.EnumerateArray()
            .Select(CapturedMessage.Read)
            .FirstOrDefault(message => message.Sequence == sequence && message.DeliveryId == delivery);
    }

    private static Channel? ReadChannel(PageContext page, List<FieldError> errors)
    {
        if (page.GetQuery("channel") is not { } name)
            return null;
        if (Channel.TryParse(name, out var channel))
            return channel;

        errors.Add(new FieldError("channel", FieldErrorCodes.Invalid, "Use the name of a channel, such as email."));
        return null;
    }

    private static long? ReadSequence(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : null;
}

/// <summary>The model of the captured messages.</summary>
internal sealed record CapturedListView
{
    public required IReadOnlyList<CapturedMessage> Items { get; init; }

    public string? Next { get; init; }

    public required IReadOnlyList<Channel> Channels { get; init; }

    /// <summary>Gets the channels for a field of the search.</summary>
    public IEnumerable<(string Value, string Text)> ChannelChoices => Channels.Select(channel => (channel.Name, channel.Name));

    /// <summary>Gets the answer to the messages of each channel that is always captured.</summary>
    public required IReadOnlyList<KeyValuePair<Channel, CapturedAnswer>> Answers { get; init; }

    /// <summary>Gets whether the list contains only some of the messages.</summary>
    public required bool IsFiltered { get; init; }

    public required IReadOnlyList<FieldError> Errors { get; init; }
}
