using Microsoft.Extensions.DependencyInjection;
using Notify.Dashboard.Layout;
using Notify.Dashboard.Providers;
using Notify.Dashboard.Rendering;
using Notify.Hosting.Auditing;
using Notify.Providers;

namespace Notify.Dashboard.Captured;

/// <summary>The forms of the sandbox: another answer to the messages of a channel, and forgetting what was captured.</summary>
internal static class CapturedActions
{
    public static void Map(DashboardRoutes routes)
    {
        routes.MapAction($"{CapturedPages.Path}/clear", ApiScope.Manage, "clearCapturedMessages", CapturedPages.Path, ClearAsync);
        // The answers apply to all tenants, like the pause of a provider.
        routes.MapAction(
            $"{CapturedPages.Path}/answer",
            ProviderPages.Steering,
            "setCapturedAnswer",
            CapturedPages.Path,
            SetAnswerAsync
        );
    }

    /// <summary>Describes an answer in a form and in a message.</summary>
    public static string Describe(CapturedAnswer answer) =>
        answer switch
        {
            CapturedAnswer.Sent => "Accept the messages",
            CapturedAnswer.ProviderFailed => "Fail, as if the vendor were down",
            CapturedAnswer.Throttled => "Ask for fewer calls",
            CapturedAnswer.Rejected => "Reject the messages",
            CapturedAnswer.RecipientGone => "Report that the address is gone",
            _ => answer.ToString(),
        };

    private static Task<ActionOutcome> ClearAsync(PageContext page, AuditEntry entry)
    {
        if (page.Http.RequestServices.GetService<ICapturedMessages>() is not { } messages)
            return Task.FromResult(ShowMissing(page));

        var count = messages.Clear(page.Tenant);
        entry.Add(new AuditChange("cleared", null, $"{count}"));
        var notice = $"{Texts.Count(count, "message is", "messages are")} gone from the sandbox.";
        return Task.FromResult(
            count == 0 ? ActionOutcome.Unchanged(CapturedPages.Path, notice) : ActionOutcome.Done(CapturedPages.Path, notice)
        );
    }

    private static async Task<ActionOutcome> SetAnswerAsync(PageContext page, AuditEntry entry)
    {
        if (page.Http.RequestServices.GetService<ICapturedMessages>() is not { } messages)
            return ShowMissing(page);

        var form = await page.Http.Request.ReadFormAsync(page.Aborted).ConfigureAwait(false);
        if (!Channel.TryParse(form["channel"], out var channel) || !messages.Answers.TryGetValue(channel, out var before))
            return ActionOutcome.Refused(CapturedPages.Path, "Choose a channel of the sandbox.");
        if (!Enum.TryParse<CapturedAnswer>(form["answer"], out var answer) || !Enum.IsDefined(answer))
            return ActionOutcome.Refused(CapturedPages.Path, "Choose an answer.");

        entry.SetResource(channel.Name);
        if (answer == before)
            return ActionOutcome.Unchanged(CapturedPages.Path, $"The answer over {channel} was this one already.");

        messages.SetAnswer(channel, answer);
        entry.Add(new AuditChange("answer", $"{before}", $"{answer}"));
        return ActionOutcome.Done(CapturedPages.Path, $"Answer over {channel} from now on: {Describe(answer)}.");
    }

    private static ActionOutcome ShowMissing(PageContext page) =>
        ActionOutcome.Show(DashboardRoutes.ShowMissing(page, "sandbox"), AuditOutcome.Refused);
}
