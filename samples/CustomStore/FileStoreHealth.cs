namespace Notify.Storage.Files;

/// <summary>Checks that the folder can be written.</summary>
internal sealed class FileStoreHealth(TenantFiles files) : IStoreHealth
{
    public ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        files.CheckWritable();
        return ValueTask.CompletedTask;
    }
}
