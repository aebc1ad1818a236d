using Notify.Core.Providers;
using Notify.Core.Validation;
using Notify.Providers;

namespace Notify.Core.Templates;

/// <summary>
/// Finds content that no vendor accepts. The same rules apply to given and to rendered content.
/// </summary>
internal sealed class ContentRules(ProviderRules rules)
{
    /// <summary>Returns whether content has no visible text.</summary>
    public static bool IsEmpty(Content content) =>
        BlankText.IsBlank(content.Title) && BlankText.IsBlank(content.Body) && BlankHtml.IsBlank(content.Html);

    /// <summary>Determines whether a content has text that an inbox shows.</summary>
    public static bool HasText(Content content) => !BlankText.IsBlank(content.Title) || !BlankText.IsBlank(content.Body);

    /// <summary>Finds the errors of a trigger's content.</summary>
    /// <returns>The errors, with fields relative to the content.</returns>
    public IEnumerable<FieldError> FindErrors(Trigger trigger, Content content)
    {
        if (MustUse(trigger, Channel.Sms))
        {
            foreach (var error in FindSmsErrors(content))
                yield return error;
        }

        if (MustUse(trigger, Channel.Push))
        {
            foreach (var error in FindPushErrors(trigger, content))
                yield return error;
        }

        if (MustUse(trigger, Channel.Inbox))
        {
            foreach (var error in FindInboxErrors(content))
                yield return error;
        }

        foreach (var error in InboxContentRules.FindErrors(content.Inbox))
            yield return error;

        if (content.Event is not null)
            yield return new FieldError(
                "event",
                FieldErrorCodes.NotAllowed,
                "Only Notify sends events. Use data for values of the application."
            );

        if (content.Sms?.From is { } sender && !SmsRules.IsSender(sender))
            yield return new FieldError(
                "sms.from",
                FieldErrorCodes.Invalid,
                "Use a number such as +46701234567, a short code of 3 to 8 digits, or a sender ID of at most 11 letters, digits, "
                    + "spaces and + - _ & with at least one letter."
            );
        else
        {
            foreach (var error in rules.FindDemandErrors(Channel.Sms, content))
                yield return error;
        }

        FieldError[] errors =
        [
            .. EmailContentRules.FindErrors(content.Email, content.Html),
            .. AttachmentRules.FindErrors(content.Attachments),
        ];
        foreach (var error in errors.Length > 0 ? errors : rules.FindDemandErrors(Channel.Email, content))
            yield return error;
    }

    /// <summary>Finds the errors of a variant of the trigger's template that was rendered with its data.</summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="variant">The rendered variant.</param>
    /// <param name="isFor">Determines whether a channel uses this variant in its language.</param>
    public IEnumerable<FieldError> FindErrors(Trigger trigger, ContentVariant variant, Func<Channel, bool> isFor)
    {
        var content = variant.Content;
        if (IsEmpty(content))
            yield return new FieldError(
                "body",
                FieldErrorCodes.Required,
                "With this data, neither the title nor the body nor the HTML shows anything."
            );
        else
        {
            IEnumerable<FieldError> errors =
            [
                .. Applies(Channel.Sms) ? FindSmsErrors(content) : [],
                .. Applies(Channel.Push) ? FindPushErrors(trigger, content) : [],
                .. Applies(Channel.Inbox) ? FindInboxErrors(content) : [],
            ];
            foreach (var error in errors)
                yield return error;
        }

        foreach (var error in EmailContentRules.FindErrors(content.Email, content.Html))
            yield return error;
        foreach (var error in InboxContentRules.FindErrors(content.Inbox))
            yield return error;

        bool Applies(Channel channel) => isFor(channel) && (variant.Channel == channel || MustUse(trigger, channel));
    }

    // A user who also has other channels gets other contents there.
    private static bool MustUse(Trigger trigger, Channel channel)
    {
        if (trigger.Channels is [var only] && only == channel)
            return true;
        for (var i = 0; i < (trigger.To?.Count ?? 0); i++)
        {
            if (trigger.To![i]?.Channel == channel)
                return true;
        }

        for (var i = 0; i < (trigger.Fallback?.Count ?? 0); i++)
        {
            if (trigger.Fallback![i]?.Channel == channel)
                return true;
        }

        return false;
    }

    private IEnumerable<FieldError> FindSmsErrors(Content content)
    {
        if (BlankText.IsBlank(content.Body))
            return
            [
                new FieldError(
                    "body",
                    FieldErrorCodes.Required,
                    "An SMS needs a body with at least one visible character. The title is not sent."
                ),
            ];
        if (content.Body.Any(character => char.IsControl(character) && character is not ('\n' or '\r' or '\t')))
            return
            [
                new FieldError(
                    "body",
                    FieldErrorCodes.InvalidText,
                    "An SMS must not contain control characters other than line breaks and tabs."
                ),
            ];
        return rules.FindContentErrors(Channel.Sms, content, to: null);
    }

    private static IEnumerable<FieldError> FindInboxErrors(Content content) =>
        HasText(content)
            ? []
            :
            [
                new FieldError(
                    "body",
                    FieldErrorCodes.Required,
                    "An inbox item needs a title or a body with at least one visible character."
                ),
            ];

    // The devices of users and of subscribers are not known yet: some provider of the channel must accept the content. The
    // provider of a token is known.
    private IReadOnlyList<FieldError> FindPushErrors(Trigger trigger, Content content)
    {
        var tokens = (trigger.To ?? []).Where(recipient => recipient?.Channel == Channel.Push).ToArray();
        if (tokens.Length == 0)
            return rules.FindContentErrors(Channel.Push, content, to: null);

        foreach (var token in tokens)
        {
            var to = new Address(Channel.Push, token.Value) { Platform = token.Platform };
            if (rules.FindContentErrors(Channel.Push, content, to) is { Count: > 0 } errors)
                return errors;
        }

        return [];
    }
}
