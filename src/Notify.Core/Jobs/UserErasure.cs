using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Core.Jobs;

/// <summary>Removes a user, and waits until the data of the user is erased.</summary>
internal sealed class UserErasure(
    IRecipients recipients,
    IErasureStore erasures,
    JobResultErasure results,
    IOptions<NotificationsOptions> options
) : IJobKind
{
    private const int MaxErasures = 10_000;

    public string Kind => JobKinds.EraseUser;

    public async ValueTask<JobStep> RunAsync(StoredJob job, CancellationToken cancellationToken)
    {
        var (tenant, userId) = (job.Job.Tenant, job.Job.UserId!);
        if (job.NextStep == 0)
            return await RemoveAsync(tenant, userId, cancellationToken).ConfigureAwait(false);

        return await IsPendingAsync(tenant, userId, cancellationToken).ConfigureAwait(false)
            ? new JobStep { Pause = options.Value.PollInterval }
            : new JobStep { Done = 1, IsLast = true };
    }

    private async ValueTask<JobStep> RemoveAsync(string tenant, string userId, CancellationToken cancellationToken)
    {
        var status = await recipients.RemoveUserAsync(tenant, userId, default, cancellationToken).ConfigureAwait(false);
        await results.RemoveAsync(tenant, [userId], cancellationToken).ConfigureAwait(false);
        // A step that is repeated after a crash finds the user removed.
        if (status == ChangeStatus.NotFound && !await IsPendingAsync(tenant, userId, cancellationToken).ConfigureAwait(false))
            return new JobStep
            {
                Done = 1,
                Errors = [new JobLineError(1, userId, [new FieldError("userId", FieldErrorCodes.Invalid, "No such user.")])],
                IsLast = true,
            };

        return new JobStep { Done = 1, Counted = 2 };
    }

    private async ValueTask<bool> IsPendingAsync(string tenant, string userId, CancellationToken cancellationToken)
    {
        var pending = await erasures.ListAsync(MaxErasures, cancellationToken).ConfigureAwait(false);
        return pending.Count == MaxErasures || pending.Any(erasure => erasure.Tenant == tenant && erasure.UserId == userId);
    }
}
