using Notify.Core.Providers;

namespace Notify.Core.Templates;

/// <summary>
/// Finds contents that no vendor accepts. The same rules apply to given contents and to rendered ones.
/// </summary>
internal sealed class ContentRules(ProviderRules rules)
{
    /// <summary>
    /// Determines whether a trigger's content must be valid for SMS. A user who also has other channels gets other contents
    /// there.
    /// </summary>
    public static bool MustGoBySms(Trigger trigger) =>
        trigger.To?.Any(recipient => recipient?.Channel == Channel.Sms) == true
        || trigger.Channels is [var only] && only == Channel.Sms
        || trigger.Fallback?.Any(step => step?.Channel == Channel.Sms) == true;

    /// <summary>Finds the errors of a trigger's content.</summary>
    /// <returns>The errors, with fields relative to the content.</returns>
    public IEnumerable<FieldError> FindErrors(Trigger trigger, Content content)
    {
        if (MustGoBySms(trigger))
        {
            foreach (var error in FindSmsErrors(content))
                yield return error;
        }

        foreach (var error in EmailContentRules.FindErrors(content.Email, content.Html))
            yield return error;
    }

    /// <summary>Finds the errors of a variant of the trigger's template that was rendered with its data.</summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="variant">The rendered variant.</param>
    /// <param name="isForSms">Whether SMS uses this variant in its language.</param>
    public IEnumerable<FieldError> FindErrors(Trigger trigger, ContentVariant variant, bool isForSms)
    {
        var content = variant.Content;
        if (content is { Title: null or "", Body: null or "", Html: null or "" })
            yield return new FieldError(
                "body",
                FieldErrorCodes.Required,
                "With this data, the title, the body and the HTML are all empty."
            );
        else if (isForSms && (variant.Channel == Channel.Sms || MustGoBySms(trigger)))
        {
            foreach (var error in FindSmsErrors(content))
                yield return error;
        }

        foreach (var error in EmailContentRules.FindErrors(content.Email, content.Html))
            yield return error;
    }

    private IEnumerable<FieldError> FindSmsErrors(Content content)
    {
        if (string.IsNullOrWhiteSpace(content.Body))
            return [new FieldError("body", FieldErrorCodes.Required, "An SMS needs a body. The title is not sent.")];
        if (content.Body.Any(character => char.IsControl(character) && character is not ('\n' or '\r' or '\t')))
            return
            [
                new FieldError(
                    "body",
                    FieldErrorCodes.InvalidText,
                    "An SMS must not contain control characters other than line breaks and tabs."
                ),
            ];
        return rules.FindContentErrors(Channel.Sms, content);
    }
}
