namespace Notify.Core.Jobs;

/// <summary>Saves the users of a chunk. Saving a chunk again changes nothing, so it may be repeated after a crash.</summary>
internal sealed class UserImport(IRecipients recipients)
{
    private const int MaxConcurrent = 16;

    /// <summary>Saves the users, and returns the lines that failed, in their order.</summary>
    public async ValueTask<IReadOnlyList<JobLineError>> SaveAsync(
        string tenant,
        UserChunk chunk,
        CancellationToken cancellationToken
    )
    {
        var errors = new JobLineError?[chunk.Lines.Count];
        // Lines with the same user are saved in their order, because the last one wins.
        var byUser = Enumerable
            .Range(0, chunk.Lines.Count)
            .GroupBy(index => chunk.Lines[index].User?.Id ?? "", StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrent, CancellationToken = cancellationToken };
        await Parallel
            .ForEachAsync(byUser, options, async (indexes, cancelled) =>
            {
                foreach (var index in indexes)
                    errors[index] = await SaveAsync(tenant, chunk.Lines[index], cancelled).ConfigureAwait(false);
            })
            .ConfigureAwait(false);
        return [.. errors.OfType<JobLineError>()];
    }

    private async ValueTask<JobLineError?> SaveAsync(string tenant, UserImportLine line, CancellationToken cancellationToken)
    {
        if (line.User is not { } user || line.Errors.Count > 0)
            return new JobLineError(line.Line, line.User?.Id, line.Errors);

        try
        {
            await recipients.SaveUserAsync(user with { Tenant = tenant }, default, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (InvalidRequestException exception)
        {
            return new JobLineError(line.Line, user.Id, exception.Errors);
        }
    }
}
