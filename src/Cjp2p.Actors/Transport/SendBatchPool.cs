namespace Cjp2p.Actors.Transport;

/// <summary>Batches of one transport. More may be out than it keeps; those are freed when they come back.</summary>
internal sealed class SendBatchPool(Func<SendBatch> create)
{
    /// <summary>Batches kept for the next renter: one for each thread that sends at the same time, and some.</summary>
    public const int KeptMax = 16;

    private readonly Lock _gate = new();
    private readonly SendBatch[] _kept = new SendBatch[KeptMax];
    private int _keptCount;
    private int _rentedCount;
    private bool _isClosed;

    /// <summary>Batches waiting for a renter.</summary>
    public int Kept
    {
        get
        {
            lock (_gate)
            {
                return _keptCount;
            }
        }
    }

    /// <summary>Batches that were rented and have not come back.</summary>
    public int Rented
    {
        get
        {
            lock (_gate)
            {
                return _rentedCount;
            }
        }
    }

    public SendBatch Rent()
    {
        SendBatch? batch = null;
        lock (_gate)
        {
            if (_keptCount > 0)
            {
                batch = _kept[--_keptCount];
            }

            _rentedCount++;
        }

        batch ??= create();
        batch.OnRented();
        return batch;
    }

    public void Return(SendBatch batch)
    {
        lock (_gate)
        {
            _rentedCount--;
            if (!_isClosed && _keptCount < KeptMax)
            {
                _kept[_keptCount++] = batch;
                return;
            }
        }

        batch.Free();
    }

    /// <summary>Frees what is kept, and from now on whatever comes back.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (_keptCount > 0)
            {
                _kept[--_keptCount].Free();
            }
        }
    }
}
