using Notify.Core.Providers;

namespace Notify.Core.Templates;

/// <summary>
/// Finds texts that no vendor takes. Content that is given and content that a template renders are held to the same rule.
/// </summary>
internal sealed class ContentRules(ProviderRules rules)
{
    /// <summary>
    /// Whether a trigger's content must be fit for SMS. A user who also has other channels gets the rest there.
    /// </summary>
    public static bool MustGoBySms(Trigger trigger) =>
        trigger.To?.Any(recipient => recipient?.Channel == Channel.Sms) == true
        || trigger.Channels is [var only] && only == Channel.Sms
        || trigger.Fallback?.Any(step => step?.Channel == Channel.Sms) == true;

    /// <summary>Finds what is wrong with the content that a trigger brings.</summary>
    /// <returns>Errors whose fields are relative to the content.</returns>
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

    /// <summary>Finds what is wrong with what a variant of the trigger's template became with its data.</summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="variant">What was rendered.</param>
    /// <param name="isForSms">Whether SMS gets this variant in its language.</param>
    public IEnumerable<FieldError> FindErrors(Trigger trigger, ContentVariant variant, bool isForSms)
    {
        var content = variant.Content;
        if (content is { Title: null or "", Body: null or "", Html: null or "" })
            yield return new FieldError("body", "With this data the title, the body and the HTML are all empty.");
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
            return [new FieldError("body", "An SMS needs a body. The title is not sent.")];
        if (content.Body.Any(character => char.IsControl(character) && character is not ('\n' or '\r' or '\t')))
            return [new FieldError("body", "An SMS has no control characters except line breaks and tabs.")];
        return rules.FindContentErrors(Channel.Sms, content);
    }
}
