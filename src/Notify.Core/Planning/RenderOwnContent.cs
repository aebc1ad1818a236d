using Microsoft.Extensions.Options;
using Notify.Core.Templates;

namespace Notify.Core.Planning;

/// <summary>
/// Renders the content of the recipients that cannot share one, because the template uses <c>recipient</c> or the trigger has
/// data for them. The deliveries of a recipient share what is the same for them.
/// </summary>
/// <remarks>
/// An error of a recipient that the trigger names is an error of the trigger. A subscriber of a topic with an error gets a
/// cancelled delivery with the reason, and the others get their messages. A batch of subscribers that takes too long, or becomes
/// too large, ends early: the rest is planned in the next turn, after the broadcasts of others.
/// </remarks>
internal sealed class RenderOwnContent(
    TemplateRenderer renderer,
    IPreferenceLinks preferenceLinks,
    IOptions<NotificationsOptions> options,
    TimeProvider time
) : IPlanningStep
{
    /// <summary>The number of errors after which no more recipients are rendered.</summary>
    private const int MaxErrors = 100;

    /// <summary>The number of errors that a reason quotes.</summary>
    private const int MaxQuoted = 3;

    public async ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Trigger.Template is null || !plan.Planned.Any(plan.NeedsOwnContent))
            return;

        var template = await renderer
            .FindPersonalAsync(plan.Notification, plan.ChecksContent, cancellationToken)
            .ConfigureAwait(false);
        var batch = new Batch(template, preferenceLinks, options.Value.Templates, time, cancellationToken);
        var drafts = plan.Drafts;
        for (int first = 0, next; first < drafts.Count; first = next)
        {
            var recipient = drafts[first].Recipient;
            for (next = first + 1; next < drafts.Count && drafts[next].Recipient == recipient; )
                next++;
            if (!plan.NeedsOwnContent(recipient))
                continue;
            if (plan.Errors.Count >= MaxErrors)
                return;
            if (plan.IsBroadcast && batch.IsFull)
            {
                Cut(plan, recipient, first);
                return;
            }

            Render(plan, batch, recipient, drafts[first..next]);
        }
    }

    private static void Render(DeliveryPlan plan, Batch batch, PlannedRecipient recipient, List<DeliveryDraft> drafts)
    {
        batch.Begin(plan.Trigger, recipient, isAlone: plan.IsBroadcast);
        foreach (var draft in drafts.Where(draft => draft.SkippedBecause is null))
        {
            var (content, errors) = batch.Render(draft);
            draft.OwnContent = content;
            if (errors.Count == 0)
                continue;
            if (content is not null && !plan.IsBroadcast)
                plan.AddErrors(recipient.Recipient, errors);
            else
                draft.SkippedBecause = content is null ? ChooseContent.DescribeNoVariant(draft) : Describe(errors);
            draft.OwnContent = null;
        }
    }

    private static void Cut(DeliveryPlan plan, PlannedRecipient recipient, int firstDraft)
    {
        plan.FirstLeft = recipient.Recipient;
        plan.Drafts.RemoveRange(firstDraft, plan.Drafts.Count - firstDraft);
        var firstPlanned = plan.Planned.IndexOf(recipient);
        plan.Planned.RemoveRange(firstPlanned, plan.Planned.Count - firstPlanned);
    }

    private static SkipReason Describe(IReadOnlyList<FieldError> errors) =>
        new(
            SkipCodes.TemplateFailed,
            string.Join(
                " ",
                errors
                    .Take(MaxQuoted)
                    .Select(error => error.Field == "template" ? error.Message : $"{error.Field}: {error.Message}")
            )
        );

    /// <summary>The rendering of a batch of recipients, and what was rendered for the current one.</summary>
    private sealed class Batch(
        PersonalTemplate template,
        IPreferenceLinks preferenceLinks,
        TemplateLimits limits,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        private readonly long _began = time.GetTimestamp();
        private readonly Dictionary<(int Variant, string? TimeZone, Channel Channel), (Content, List<FieldError>)> _rendered = [];
        private RenderBudget _budget = template.CreateBudget(cancellationToken);
        private DataObject? _model;
        private long _characters;

        /// <summary>
        /// Gets whether the batch has used the time or the characters of one rendering. Together with the limit of each
        /// rendering, this bounds how long and how large a batch becomes.
        /// </summary>
        public bool IsFull => _characters > limits.MaxTotalOutputLength || time.GetElapsedTime(_began) > limits.MaxRenderTime;

        /// <summary>Begins with a recipient, with a budget for it alone or with the one of the whole batch.</summary>
        public void Begin(Trigger trigger, PlannedRecipient recipient, bool isAlone)
        {
            _rendered.Clear();
            var preferencesUrl = recipient.UserId is { } user ? preferenceLinks.CreateLink(trigger.Tenant, user) : null;
            _model = RecipientModel.CreateRoot(trigger, recipient.Recipient, recipient.User, preferencesUrl);
            if (isAlone)
                _budget = template.CreateBudget(cancellationToken);
        }

        /// <summary>Renders the content of a delivery. It is null if the template has no variant for it.</summary>
        public (Content? Content, IReadOnlyList<FieldError> Errors) Render(DeliveryDraft draft)
        {
            var variant = template.FindVariant(draft.To.Channel, draft.Locale);
            if (variant < 0)
                return (
                    null,
                    [new FieldError("template", FieldErrorCodes.NotFound, ChooseContent.DescribeNoVariant(draft).Text)]
                );

            var key = (variant, template.ShowsDates ? draft.TimeZone : null, draft.To.Channel);
            if (_rendered.TryGetValue(key, out var known))
                return known;

            var errors = new List<FieldError>();
            var content = template.Render(key.variant, _model!, key.Item2, key.Item3, _budget, errors);
            _characters += (content.Title?.Length ?? 0) + (content.Body?.Length ?? 0) + (content.Html?.Length ?? 0);
            return _rendered[key] = (content, errors);
        }
    }
}
